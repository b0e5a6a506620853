import Image from 'next/image';

export const dynamic = 'force-dynamic';

// Path of an image of the service, as the API tells it in urls.original.
const src = () => process.env.IMAGE_PATH;

export default function Page() {
  return (
    <main>
      <h1>Gallery</h1>
      <Image src={src()} width={320} height={200} style={{ objectFit: 'cover' }} alt="A fixed size" priority />
      <div style={{ position: 'relative', width: '100%', height: 300 }}>
        <Image src={src()} fill sizes="100vw" style={{ objectFit: 'cover' }} alt="As wide as the page" priority />
      </div>
    </main>
  );
}
