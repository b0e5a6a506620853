// usage: node front.mjs PORT NEXT_PORT IMAGES_URL. What the web server in front of a site does: /_next/image goes to the service, all else to Next, and the
// host name stays the one that the visitor asked for. In nginx: location = /_next/image { proxy_pass http://…; proxy_set_header Host $host; }
import http from 'node:http';

const [port, next, images] = process.argv.slice(2);
http
  .createServer((request, response) => {
    const { hostname, port } = new URL(request.url.startsWith('/_next/image?') ? images : `http://127.0.0.1:${next}`);
    const { url: path, method, headers } = request;
    const passed = http.request({ hostname, port, path, method, headers }, answer => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    passed.on('error', () => response.writeHead(502).end());
    request.pipe(passed);
  })
  .listen(port, '127.0.0.1');
