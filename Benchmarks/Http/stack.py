"""The service as `AppHost` starts it, built in Release, with photographs uploaded; and its peers."""
import contextlib, glob, json, os, re, signal, subprocess, time, urllib.request, uuid
from processes import family, free_port, wait_for

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
HERE = os.path.dirname(os.path.abspath(__file__))


def photos(work, folder, count):
    """JPEG files to measure with: those of a folder, else drawn ones."""
    if not folder:
        folder = os.path.join(work, 'photos')
        if len(glob.glob(f'{folder}/*.jpg')) < count:
            subprocess.run(['node', f'{HERE}/photos.mjs', folder, str(count)], check=True, env={**os.environ, 'MODULES': work})
    return sorted(glob.glob(f'{folder}/*.jpg'))[:count]


class Service:
    name = 'ours'

    def __init__(self, started, env=None, arguments=()):
        self.log = os.path.join(started.work, 'apphost.log')
        self.summary_file = os.path.join(started.work, f'summary-{uuid.uuid4().hex}.json')
        program = os.path.join(ROOT, 'AppHost/bin/Release/net10.0/ImageService.AppHost')
        host = started.start('apphost', [program, '--ephemeral', '--api-port', '0', '--portal-port', '0', '--worker-port', '0', '--summary', self.summary_file, *arguments], env, ROOT)
        end = time.monotonic() + 400
        while not os.path.exists(self.summary_file) or not os.path.getsize(self.summary_file):
            if host.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f'the stack did not start: see {started.work}/apphost.log')
            time.sleep(0.3)
        with open(self.summary_file) as f:
            self.summary = json.load(f)
        self.api = self.summary['api'].rstrip('/')
        self.pid = self._listener(int(self.api.rsplit(':', 1)[1]))
        self.pids = [self.pid]
        self.assets = {}
        self.policy('rate_limit_requests', 100_000_000)

    @staticmethod
    def _listener(port):
        shown = subprocess.run(['ss', '-Hltnp', f'sport = :{port}'], capture_output=True, text=True, check=True).stdout
        return int(shown.split('pid=')[1].split(',')[0])

    def process_of(self, resource):
        """As the AppHost said last: `cache tcp://localhost:38593 process 29616`, or `cache is ready, process 29617`."""
        with open(self.log) as f:
            return int(re.findall(rf'\| +{resource}\s.*process (\d+)', f.read())[-1])

    def call(self, method, path, body=None, kind='application/json'):
        headers = {'X-API-Key': self.summary['apiKey']}
        if body is not None:
            headers['Content-Type'] = kind
        request = urllib.request.Request(self.api + path, method=method, data=body, headers=headers)
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.load(answer)

    def policy(self, key, value):
        s = self.summary
        for level in ('', f"/tenants/{s['tenant']}/spaces/{s['spaces']['public']}"):
            self.call('PUT', f"/v1/organizations/{s['organization']}{level}/policies/{key}", json.dumps({'value': value}).encode())

    @contextlib.contextmanager
    def worker_held_up(self):
        """The worker does nothing meanwhile: what it makes after uploads is not there."""
        worker = self._listener(int(self.summary['worker'].rstrip('/').rsplit(':', 1)[1]))
        os.kill(worker, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(worker, signal.SIGCONT)

    def space_on(self, store):
        """A public space of its own whose images lie in that store."""
        s, space = self.summary, f'on-{store}'
        tenant = f"/v1/organizations/{s['organization']}/tenants/{s['tenant']}"
        self.call('POST', f'{tenant}/spaces', json.dumps({'slug': space, 'name': space, 'defaultAccess': 'public'}).encode())
        for key, value in (('store', store), ('width_ladder', [])):
            self.call('PUT', f'{tenant}/spaces/{space}/policies/{key}', json.dumps({'value': value}).encode())
        return space

    def upload(self, path, access='public', space=None, fresh=False):
        """The asset's path up to its operations. Fresh: another original with the same pixels, whatever was uploaded before."""
        s, mark = self.summary, uuid.uuid4().hex
        space = space or s['spaces']['public' if access == 'public' else 'private']
        fields = {'tenant': s['tenant'], 'space': space, 'access': access}
        body = b''.join(f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode() for name, value in fields.items())
        with open(path, 'rb') as f:
            content = f.read()
        if fresh:
            # A comment (COM) after the start of the image.
            content = content[:2] + b'\xff\xfe\x00\x22' + mark.encode() + content[2:]
        body += f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{os.path.basename(path)}"\r\nContent-Type: image/jpeg\r\n\r\n'.encode() + content
        made = self.call('POST', '/v1/assets', body + f'\r\n--{mark}--\r\n'.encode(), f'multipart/form-data; boundary={mark}')
        kind = 'pub' if access == 'public' else 'priv'
        place = f"/v1/{kind}/{s['organization']}/{s['tenant']}/{space}/img/{made['id']}/v{made['version']}/"
        if not fresh:
            self.assets[path] = place
        return place

    def url(self, photo, width, fmt='jpg', quality=80):
        return self.url_of(self.assets[photo], width, fmt, quality)

    def url_of(self, place, width, fmt='jpg', quality=80):
        return f'{self.api}{place}w_{width}-q_{quality}.{fmt}'

    def sign(self, url):
        return self.api + self.call('POST', '/v1/sign', json.dumps({'url': url, 'ttlSeconds': 3600}).encode())['url'].split(self.api.split('//')[1])[-1]

    def counters(self):
        """Counters that have no labels worth telling apart, summed."""
        totals = {}
        for line in wait_for(self.api + '/metrics').decode().splitlines():
            # The text of a label may hold spaces.
            if found := re.match(r'(\w+)(?:\{.*\})? (\S+)', line):
                totals[found[1]] = totals.get(found[1], 0) + float(found[2])
        return totals


class Sharp:
    name = 'sharp'

    def __init__(self, started, photo_folder):
        port = free_port()
        kept = os.path.join(started.work, f'kept-{port}')
        process = started.start('sharp', ['node', f'{HERE}/sharp-server.mjs'], {'PORT': str(port), 'PHOTOS': photo_folder, 'KEPT': kept, 'MODULES': started.work})
        self.base, self.pids = f'http://127.0.0.1:{port}', [process.pid]
        time.sleep(1)

    def url(self, photo, width, fmt='jpg', quality=80):
        return f'{self.base}/{width}/{quality}/{os.path.splitext(os.path.basename(photo))[0]}.{fmt}'


class Varnish:
    """In front of the service, so that it keeps the very answers that the service gives."""
    name = 'varnish'

    def __init__(self, started, api):
        port, vcl = free_port(), os.path.join(started.work, 'peer.vcl')
        with open(vcl, 'w') as f:
            f.write(f'vcl 4.1;\nbackend default {{ .host = "127.0.0.1"; .port = "{api.rsplit(":", 1)[1]}"; }}\nsub vcl_backend_response {{ set beresp.ttl = 1h; }}\n')
        process = started.start('varnish', ['varnishd', '-F', '-j', 'none', '-n', f'{started.work}/varnish-{port}', '-a', f'127.0.0.1:{port}', '-T', 'none', '-f', vcl, '-s', 'malloc,256m'])
        self.base = f'http://127.0.0.1:{port}'
        time.sleep(4)
        self.pids = family(process.pid)


class Nginx:
    """Serves the bodies as files: the measure of what a machine can do at all."""
    name = 'nginx'

    def __init__(self, started, bodies):
        port, home = free_port(), os.path.join(started.work, 'nginx')
        os.makedirs(f'{home}/files', exist_ok=True)
        for name, body in bodies.items():
            with open(f'{home}/files/{name}.jpg', 'wb') as f:
                f.write(body)
        with open(f'{home}/nginx.conf', 'w') as f:
            temporary = ''.join(f'{kind}_temp_path {home}/{kind}; ' for kind in ('client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'))
            f.write(f'''user root; worker_processes 1; daemon off; pid {home}/pid; error_log {home}/error.log;
events {{ worker_connections 4096; }}
http {{ access_log off; sendfile on; keepalive_requests 1000000000; types {{ image/jpeg jpg; }} open_file_cache max=100; {temporary}
  server {{ listen 127.0.0.1:{port}; root {home}/files; }} }}
''')
        process = started.start('nginx', ['nginx', '-p', home, '-c', f'{home}/nginx.conf'])
        self.base = f'http://127.0.0.1:{port}'
        time.sleep(1)
        self.pids = family(process.pid)
