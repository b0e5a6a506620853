// usage: node check.mjs PAGE client|path|unchanged. Asks for every image of the page as a browser would, and prints what came.
const [page, loader] = process.argv.slice(2);

const html = await (await fetch(page)).text();
const unescaped = html.replaceAll('&amp;', '&');
const candidates = [...unescaped.matchAll(/srcSet="([^"]+)"/gi)].flatMap(([, set]) => set.split(', ').map(candidate => candidate.split(' ')[0]));
const urls = [...new Set([...candidates, ...[...unescaped.matchAll(/<img[^>]* src="([^"]+)"/gi)].map(([, src]) => src)])];
if (urls.length < 4) throw new Error(`The page has ${urls.length} image URLs:\n${html}`);

const expected = loader === 'client' ? /\/img\/\w{26}\/v\d+\/fmt_auto-w_\d+/ : /\/_next\/image\?url=[^&]+&w=\d+&q=\d+/;
let bytes = 0;
for (const url of urls) {
  if (!expected.test(url)) throw new Error(`Not by the ${loader}: ${url}`);
  const response = await fetch(new URL(url, page), { headers: { Accept: 'image/avif,image/webp,*/*;q=0.8' } });
  const type = response.headers.get('Content-Type');
  if (response.status !== 200 || !/^image\//.test(type)) throw new Error(`${response.status} ${type}: ${url}\n${await response.text()}`);
  if (!response.headers.get('X-Cache')) throw new Error(`Not by the service: ${url}`);
  const body = await response.arrayBuffer();
  bytes += body.byteLength;
  console.log(`${response.status} ${type} ${body.byteLength} bytes  ${url}`);
}
console.log(`${loader}: ${urls.length} image URLs, all 200, ${bytes} bytes`);
