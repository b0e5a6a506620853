// LOADER=client: the package's loader. LOADER=path: next/image as it comes, its optimizer being a host of the service in the dialect "next".
// Else nothing is said: the optimizer is /_next/image of the page's own host, which the web server in front gives to the service (front.mjs).
const { LOADER, IMAGES_URL = '' } = process.env;

/** @type {import('next').NextConfig} */
export default {
  env: { NEXT_PUBLIC_IMAGES_URL: IMAGES_URL },
  images: LOADER === 'client' ? { loader: 'custom', loaderFile: './image-loader.js' } : LOADER === 'path' ? { path: `${IMAGES_URL}/_next/image` } : {},
};
