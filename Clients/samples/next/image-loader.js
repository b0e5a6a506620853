'use client';
import { nextLoader } from '@imageservice/client/next';

const load = nextLoader();

// A picture's path on the host that images come from.
export default function imageLoader({ src, width, quality }) {
  return load({ src: src.startsWith('/v1/') ? `${process.env.NEXT_PUBLIC_IMAGES_URL}${src}` : src, width, quality });
}
