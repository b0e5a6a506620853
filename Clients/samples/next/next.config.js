// LOADER=client: the package's loader. Otherwise next/image as it comes, its optimizer being a host of the service in the dialect "next"
// (or, without IMAGES_URL, Next's own): the pages are the same.
const { LOADER, IMAGES_URL = '' } = process.env;

/** @type {import('next').NextConfig} */
export default {
  env: { NEXT_PUBLIC_IMAGES_URL: IMAGES_URL },
  images: LOADER === 'client' ? { loader: 'custom', loaderFile: './image-loader.js' } : { path: `${IMAGES_URL}/_next/image` },
};
