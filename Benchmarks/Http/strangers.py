"""What strangers send: files of a corpus in every format beside sharp, one organization's flood beside nine others, attacks beside a neighbour.
Each yields rows like those of scenarios.py."""
import http.client, json, os, random, shutil, struct, subprocess, threading, time, zlib
from load import Client, arriving, each, percentile
from processes import family, memory_mb, settle
from stack import HERE

FORMATS = ['jpg', 'png', 'webp', 'avif', 'gif', 'jxl']


class Peak:
    """Most MB that the Api and its child processes held at once over a block, above what they held before; looked at every 10 ms."""

    def __init__(self, service):
        self.service, self.on = service, True

    def _now(self):
        return memory_mb(family(self.service.pid))

    def _watch(self):
        while self.on:
            self.most = max(self.most, self._now())
            time.sleep(0.01)

    def __enter__(self):
        self.before = self.most = self._now()
        self.thread = threading.Thread(target=self._watch)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.on = False
        self.thread.join()
        self.mb = self.most - self.before


def _ask(service, method, path, body=None, headers=None, timeout=90, address='127.0.0.1'):
    """Status, body, seconds; the body of a problem is its code. From another address of this machine where the service should take the caller for another."""
    began = time.monotonic()
    connection = http.client.HTTPConnection(service.api.split('//')[1], timeout=timeout, source_address=(address, 0))
    try:
        try:
            connection.request(method, path, body, {'X-API-Key': service.summary['apiKey'], **(headers or {})})
        except (BrokenPipeError, ConnectionResetError):
            pass  # refused before all of it was sent: the answer is there
        answer = connection.getresponse()
        told = answer.read()
        if answer.status >= 400:
            told = json.loads(told).get('code', '?') if told[:1] == b'{' else '?'
        return answer.status, told, time.monotonic() - began
    except (OSError, http.client.HTTPException) as problem:
        return 0, type(problem).__name__, time.monotonic() - began
    finally:
        connection.close()


def _send(service, content, name, headers=None):
    mark, s = 'a-boundary-of-its-own', service.summary
    fields = {'tenant': s['tenant'], 'space': s['spaces']['public'], 'access': 'public'}
    body = b''.join(f'--{mark}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode() for key, value in fields.items())
    body += f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: application/octet-stream\r\n\r\n'.encode() + content
    return _ask(service, 'POST', '/v1/assets', body + f'\r\n--{mark}--\r\n'.encode(), {'Content-Type': f'multipart/form-data; boundary={mark}', **(headers or {})})


def _place(service, made):
    s, asset = service.summary, json.loads(made)
    return f"/v1/pub/{s['organization']}/{s['tenant']}/{s['spaces']['public']}/img/{asset['id']}/v{asset['version']}/"


def corpus(service, peers, photos, options):
    """Every file of `--corpus`: uploaded, and each format at full size and 400 px wide; beside sharp at 400 px."""
    peer = subprocess.Popen(['node', f'{HERE}/sharp-files.mjs'], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, 'MODULES': options.work})
    files = sorted(os.path.join(folder, name) for folder, _, names in os.walk(options.corpus) for name in names if not name.endswith(('.tsv', '.md', '.txt')))
    kept, measured = os.path.join(options.work, 'ours.png'), []
    service.policy('allowed_input_formats', ['jpg', 'png', 'webp', 'gif', 'avif', 'heic', 'tiff', 'jxl', 'svg'])
    for file in files:
        with open(file, 'rb') as f:
            content = f.read()
        name = os.path.relpath(file, options.corpus)
        with Peak(service) as peak:
            status, told, seconds = _send(service, content, os.path.basename(file).encode('ascii', 'replace').decode())
        figures = {'accepted': status in (200, 201), 'refused_5xx': status >= 500 or status == 0, 'delivered_5xx': 0, 'not_200': 0, 'slowest_s': seconds, 'peak_mb': peak.mb}
        note = '' if figures['accepted'] else f'{status} {told}'
        ours = None
        if figures['accepted']:
            place = _place(service, told)
            for operation in [f'{size}.{fmt}' for fmt in FORMATS for size in ('w_400', 'original')]:
                with Peak(service) as peak:
                    status, told, seconds = _ask(service, 'GET', place + operation)
                figures['delivered_5xx'] += status >= 500 or status == 0
                figures['not_200'] += status != 200
                figures['slowest_s'], figures['peak_mb'] = max(figures['slowest_s'], seconds), max(figures['peak_mb'], peak.mb)
                if status != 200:
                    note += f' {operation}: {status} {told}'
                elif operation == 'w_400.png':
                    with open(kept, 'wb') as f:
                        f.write(told)
                    ours = kept
        peer.stdin.write(json.dumps({'file': file, 'ours': ours}) + '\n')
        peer.stdin.flush()
        sharp = json.loads(peer.stdout.readline())
        difference = sharp.get('difference', '-')
        figures |= {'files': 1, 'sharp_reads': 'error' not in sharp, 'difference': difference if isinstance(difference, float) else None}
        measured.append((name.split('/')[0], figures))
        print(f"{name:56} {note or 'all'}; slowest {figures['slowest_s']:.1f} s, peak {figures['peak_mb']:.0f} MB; "
              f"sharp: {sharp.get('error', f'differs by {difference if isinstance(difference, str) else round(difference, 2)}')}", flush=True)
    for folder in [*dict.fromkeys(folder for folder, _ in measured), 'all']:
        of_folder = [figures for one, figures in measured if folder in (one, 'all')]
        differences = [figures['difference'] for figures in of_folder if figures['difference'] is not None]
        told = {key: sum(figures[key] for figures in of_folder) for key in ('files', 'accepted', 'sharp_reads', 'refused_5xx', 'delivered_5xx', 'not_200')}
        told |= {key: max(figures[key] for figures in of_folder) for key in ('slowest_s', 'peak_mb')}
        yield folder, 'ours', 0, told | {'difference': sum(differences) / len(differences) if differences else float('nan')}


def _organizations(service, count):
    """New organizations by the platform's key, each with one photograph in a public space: (key, place) of each."""
    made = []
    for n in range(count):
        slug = f'o{n}-{random.randrange(10 ** 6)}'
        _, told, _ = _ask(service, 'POST', '/v1/organizations', json.dumps({'slug': slug, 'name': slug}), {'Content-Type': 'application/json', 'X-API-Key': service.summary['platformKey']})
        made.append((slug, json.loads(told)['apiKey']))
        for path, body in (('', {'slug': 't', 'name': 't'}), ('/t/spaces', {'slug': 's', 'name': 's', 'defaultAccess': 'public'})):
            status, told, _ = _ask(service, 'POST', f'/v1/organizations/{slug}/tenants{path}', json.dumps(body), {'Content-Type': 'application/json', 'X-API-Key': made[-1][1]})
            if status != 201:
                raise RuntimeError(f'{status} {told}')
    return made


def _owned(service, owner, photo):
    """A photograph in the space of an organization that `_organizations` made: its place."""
    slug, key = owner
    before = service.summary
    service.summary = {**before, 'organization': slug, 'tenant': 't', 'spaces': {'public': 's'}, 'apiKey': key}
    try:
        place = service.upload(photo, fresh=True)
        for policy, value in (('rate_limit_requests', 100_000_000), ('width_ladder', [])):
            service.call('PUT', f'/v1/organizations/{slug}/tenants/t/spaces/s/policies/{policy}', json.dumps({'value': value}).encode())
        return place
    finally:
        service.summary = before


def _neighbour(service, place, every, ended, times):
    """Asks for a new width now and then, and notes how long a person waits for it: who is refused comes back when told to."""
    client, width = Client(), random.randrange(200, 400)
    while not ended.wait(every):
        width += 2
        began = time.monotonic()
        while True:
            status, _, _, headers = client.get(service.url_of(place, width, 'webp'))
            if status != 503 or time.monotonic() - began > 60:
                break
            time.sleep(float(headers.get('Retry-After', 1)))
        times.append(((time.monotonic() - began) * 1e3, status))


def organizations(service, peers, photos, options):
    """Ten organizations: one asks for 60 new pictures a second for 30 s, each of the others for one every three seconds."""
    owners = _organizations(service, 10)
    places = [_owned(service, owner, photos[n % len(photos)]) for n, owner in enumerate(owners)]
    settle()
    for number in range(options.rounds):
        for case, rate in (('nobody floods', 0), ('one floods', 60)):
            ended, times = threading.Event(), []
            others = [threading.Thread(target=_neighbour, args=(service, place, 3, ended, times)) for place in places[1:]]
            for thread in others:
                thread.start()
            answers = []
            if rate:
                draw = random.Random(number)
                answers, _ = arriving([service.url_of(places[0], draw.randrange(200, 1900), 'webp', 60 + n % 30) for n in range(rate * 30)], rate, 256, 10)
            else:
                time.sleep(30)
            ended.set()
            for thread in others:
                thread.join()
            yield case, 'the other nine', number, {
                'asked': len(times), 'ok': sum(status == 200 for _, status in times), 'p50': percentile([ms for ms, _ in times], .5),
                'p95': percentile([ms for ms, _ in times], .95), 'worst': max(ms for ms, _ in times), 'flood_served': sum(answer[0] == 200 for answer in answers),
            }


def _blank_png(side):
    """A square of one bit a pixel, all black: its pixels take a thousandth of their size in the file."""
    def chunk(kind, data):
        return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
    row = b'\0' * (1 + (side + 7) // 8)
    packed = zlib.compressobj(9)
    rows = b''.join(packed.compress(row) for _ in range(side)) + packed.flush()
    return b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', side, side, 1, 0, 0, 0, 0)) + chunk(b'IDAT', rows) + chunk(b'IEND', b'')


def _many_passes(path, most_bytes):
    """A progressive JPEG whose last pass comes again and again, as often as an upload takes: every pass goes over all pixels."""
    jpeg = subprocess.run(['jpegtran', '-progressive', path], capture_output=True, check=True).stdout
    last = jpeg.rindex(b'\xff\xda')
    return jpeg[:-2] + jpeg[last:-2] * ((most_bytes - len(jpeg)) // (len(jpeg) - last)) + jpeg[-2:]


def attacks(service, peers, photos, options):
    """Each attack for some seconds by eight callers, with the stack idle and with 8 new pictures a second asked of it; meanwhile a neighbour of another organization
    asks for one new picture a second."""
    victim, loader = ((owner, _owned(service, owner, photos[n])) for n, owner in enumerate(_organizations(service, 2)))
    place = service.upload(photos[2])
    big = 24_000
    bomb, json_kind = _blank_png(big), {'Content-Type': 'application/json'}
    members = b'{' + b','.join(b'"m%d":1' % n for n in range(90_000)) + b'}'
    too_large, slow = b'\xff\xd8' + bytes(200 << 20), _many_passes(photos[2], 40 << 20) if shutil.which('jpegtran') else None
    draw = random.Random(3)
    kinds = {
        'none': lambda: time.sleep(0.2),
        'bodies of 64 MB': lambda: _ask(service, 'POST', '/v1/sign', b'{"url":"' + b'a' * (64 << 20) + b'"}', json_kind),
        'JSON 100,000 deep': lambda: _ask(service, 'POST', '/v1/sign', b'[' * 100_000 + b']' * 100_000, json_kind),
        'JSON of 90,000 members': lambda: _ask(service, 'POST', '/v1/sign', members, json_kind),
        'keys guessed': lambda: _ask(service, 'GET', '/v1/assets', headers={'X-API-Key': f'imgsvc_{draw.randrange(10 ** 9)}.{draw.randrange(10 ** 9)}'}, address='127.0.0.2'),
        'names guessed': lambda: _ask(service, 'GET', f"/v1/priv/o{draw.randrange(999)}/t/s/img/{draw.randrange(10 ** 9)}/v1/w_9.jpg", address='127.0.0.3'),
        'bombs uploaded': lambda: _send(service, bomb, 'bomb.png'),
        'too large under a key': lambda: _send(service, too_large, 'large.jpg', {'Idempotency-Key': f'{draw.randrange(10 ** 9)}'}),
        'cut files uploaded': lambda: _send(service, open(photos[3], 'rb').read()[:-60_000], 'cut.jpg'),
        'full size AVIF': lambda: _ask(service, 'GET', f'{place}fmt_avif-q_{draw.randrange(30, 95)}-bri_{draw.randrange(50, 150)}.avif'),
        'callers who leave': lambda: _ask(service, 'GET', f'{place}w_{draw.randrange(300, 3000)}-blur_{draw.randrange(3, 50)}.webp', timeout=0.2),
    }
    if slow:
        kinds['many passes uploaded'] = lambda: _send(service, slow, 'slow.jpg')
    for number in range(options.rounds):
        for state, rate in (('idle', 0), ('loaded', 8)):
            for name, attack in kinds.items():
                settle(20)
                ended, times, counts = threading.Event(), [], {}
                threads = [threading.Thread(target=_neighbour, args=(service, victim[1], 1, ended, times))]

                def attacking():
                    while not ended.is_set():
                        status = attack()
                        status = status[0] if status else 0
                        counts[status] = counts.get(status, 0) + 1
                threads += [threading.Thread(target=attacking) for _ in range(8)]
                if rate:
                    urls = [service.url_of(loader[1], draw.randrange(200, 1900), 'webp', 60 + n % 30) for n in range(rate * options.seconds * 4)]
                    threads.append(threading.Thread(target=arriving, args=(urls, rate, 64, 10)))
                with Peak(service) as peak:
                    for thread in threads:
                        thread.start()
                    time.sleep(options.seconds * 4)
                    ended.set()
                    for thread in threads:
                        thread.join()
                print(f'{state} {name}: {counts}', flush=True)
                waited = [ms for ms, _ in times]
                yield f'{state}: {name}', 'neighbour', number, {
                    'asked': len(times), 'ok': sum(status == 200 for _, status in times), 'p50': percentile(waited, .5), 'p95': percentile(waited, .95), 'peak_mb': peak.mb,
                    'attacks': sum(counts.values()), '5xx_but_503': sum(count for status, count in counts.items() if status >= 500 and status != 503),
                }


STRANGERS = {'corpus': corpus, 'organizations': organizations, 'attacks': attacks}
