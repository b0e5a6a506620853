"""Hours of mixed traffic: what grows, what fails. See ../run.sh."""
import argparse, json, os, random, statistics, sys, threading, time
from load import Client, percentile
from processes import Started, memory_mb
from stack import Service, photos

# Small, so that what fills them by design has filled them within the warm-up, and what grows afterwards is a leak.
BOUNDS = {'Caching__MemoryBytes': str(8 << 20), 'Caching__Facts__MaxEntries': '1000'}

# Minutes: in each cycle the last three are a rest in which nothing is asked for, so that what a service holds on to is told from what its work takes.
CYCLE, REST = 15, 3


def named(service):
    """Process id of each service by name."""
    return {name: service._listener(int(service.summary[name].rsplit(':', 1)[1])) for name in ('api', 'worker', 'portal')}


def handles(pid):
    """Open descriptors, those of them that are sockets, and threads."""
    folder, kinds = f'/proc/{pid}/fd', []
    for name in os.listdir(folder):
        try:
            kinds.append(os.readlink(f'{folder}/{name}'))
        except OSError:
            pass  # closed since it was listed
    return {'handles': len(kinds), 'sockets': sum(kind.startswith('socket:') for kind in kinds), 'threads': len(os.listdir(f'/proc/{pid}/task'))}


def slope(points):
    """Units per hour by least squares over (seconds, value)."""
    if len(points) < 3:
        return float('nan')
    middle, mean = statistics.fmean(t for t, _ in points), statistics.fmean(v for _, v in points)
    spread = sum((t - middle) ** 2 for t, _ in points)
    return 3600 * sum((t - middle) * (v - mean) for t, v in points) / spread


class Traffic:
    """Each kind of work in a thread of its own, every so many seconds; times and failures by kind."""

    def __init__(self, service, files):
        self.service, self.files, self.on = service, files, True
        self.asking, self.warming = threading.Event(), True
        self.asking.set()
        self.times, self.failed, self.lock, self.draw = {}, {}, threading.Lock(), random.Random(7)
        self.hot = [service.url(file, width, fmt) for file in files for width in (320, 640, 960) for fmt in ('jpg', 'webp')]
        kept = dict(service.assets)
        service.upload(files[0], 'private')
        self.private = service.sign(service.url(files[0], 480))
        service.assets = kept
        # Of each file the same 500 operations: what remembers operations has seen them all by the end of the warm-up.
        self.fresh = [(file, width, fmt, quality) for file in files for width in range(100, 1350, 10) for fmt in ('jpg', 'webp') for quality in (70, 82)]
        self.draw.shuffle(self.fresh)
        self.made, self.client = [], threading.local()
        work = {
            'hit': (0.1, self.hit), 'private': (1, self.private_hit), 'first transform': (10, self.first), 'missing': (5, self.missing),
            'list': (5, self.list), 'upload': (120, self.upload), 'delete': (300, self.delete),
        }
        self.threads = [threading.Thread(target=self._run, args=(name, every, one), daemon=True) for name, (every, one) in work.items()]

    def _get(self, url, expected=200):
        if not hasattr(self.client, 'one'):
            self.client.one = Client()
        status, _, _, _ = self.client.one.get(url)
        if status != expected:
            raise RuntimeError(f'{status} from {url}')

    def hit(self):
        self._get(self.draw.choice(self.hot))

    def private_hit(self):
        if random.random() < 0.01:
            self.private = self.service.sign(self.private.split('?')[0])
        self._get(self.private)

    def first(self):
        if not self.fresh:
            raise RuntimeError('every first transform was asked for: fewer minutes, or more photographs')
        self._get(self.service.url(*self.fresh.pop()))

    def missing(self):
        self._get(self.service.api + self.service.assets[self.files[0]][:-len('v1/')] + f'v{self.draw.randrange(2, 99)}/w_320.jpg', 404)

    def list(self):
        self.service.call('GET', f"/v1/assets?tenant={self.service.summary['tenant']}&space={self.service.summary['spaces']['public']}&limit=50")

    def upload(self):
        with open(self.draw.choice(self.files), 'rb') as f:
            picture = f.read()
        path = os.path.join(self.service.folder, 'soak.jpg')
        with open(path, 'wb') as f:
            # A comment at the end makes other bytes of the same picture.
            f.write(picture[:2] + b'\xff\xfe\x00\x12' + self.draw.randbytes(8).hex().encode() + picture[2:])
        kept = dict(self.service.assets)
        self.made.append(self.service.upload(path).split('/img/')[1].split('/')[0])
        self.service.assets = kept

    def delete(self):
        import urllib.request
        while len(self.made) > 3:
            asset = self.made.pop(0)
            request = urllib.request.Request(f'{self.service.api}/v1/assets/{asset}', method='DELETE', headers={'X-API-Key': self.service.summary['apiKey']})
            urllib.request.urlopen(request, timeout=60).read()

    def _run(self, name, every, one):
        while self.on:
            if not self.asking.wait(1):
                continue
            began = time.monotonic()
            try:
                one()
            except (OSError, RuntimeError, ValueError, KeyError) as problem:
                with self.lock:
                    self.failed.setdefault(name, []).append(f'{time.strftime("%H:%M:%S")} {problem}')
            with self.lock:
                self.times.setdefault(name, []).append((time.monotonic() - began) * 1e3)
            # Caches fill five times as fast while nothing counts yet.
            pause = every / 5 if self.warming and name == 'first transform' else every
            time.sleep(max(0, began + pause - time.monotonic()))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--work', required=True)
    parser.add_argument('--photos')
    parser.add_argument('--minutes', type=float, default=120)
    parser.add_argument('--warm-up', type=float, default=30, help='minutes that do not count')
    parser.add_argument('--results', help='a file that gets one JSON line for each minute')
    options = parser.parse_args()
    files = photos(options.work, options.photos, 6)
    started, samples = Started(options.work), []
    try:
        service = Service(started, BOUNDS)
        service.folder = options.work
        for file in files:
            service.upload(file)
        pids = named(service)
        traffic = Traffic(service, files)
        for thread in traffic.threads:
            thread.start()
        began = time.monotonic()
        while time.monotonic() - began < options.minutes * 60:
            time.sleep(60)
            minute = len(samples) + 1
            # The look at the end of a rest shows what is held; it is the next minute that asks again.
            resting = (minute - 1) % CYCLE >= CYCLE - REST
            sample = {'seconds': time.monotonic() - began, 'load': os.getloadavg()[0], 'rested': minute % CYCLE == 0, 'resting': resting}
            for name, pid in pids.items():
                sample |= {f'{name} {key}': value for key, value in ({'mb': memory_mb([pid])} | handles(pid)).items()}
            samples.append(sample)
            traffic.warming = minute < options.warm_up
            (traffic.asking.clear if minute % CYCLE >= CYCLE - REST else traffic.asking.set)()
            if options.results:
                with open(options.results, 'a') as f:
                    f.write(json.dumps(sample) + '\n')
        traffic.on = False
        for thread in traffic.threads:
            thread.join(60)
        counters = service.counters()
    finally:
        started.end()
        report(samples, options, locals().get('traffic'), locals().get('counters', {}))


def report(samples, options, traffic, counters):
    kept = [sample for sample in samples if sample['seconds'] > options.warm_up * 60]
    print(f'{len(samples)} minutes, the first {options.warm_up:g} not counted, load {statistics.fmean(sample["load"] for sample in kept):.1f}' if kept else 'too short')
    for when, chosen in (('at work', [sample for sample in kept if not sample['resting']]), ('after a rest', [sample for sample in kept if sample['rested']])):
        for key in chosen[0] if chosen else []:
            if key not in ('seconds', 'load', 'rested', 'resting'):
                values = [sample[key] for sample in chosen]
                print(f'{key:16} {when:12} first {values[0]:8.1f}  last {values[-1]:8.1f}  least {min(values):8.1f}  most {max(values):8.1f}  {slope([(sample["seconds"], sample[key]) for sample in chosen]):+.2f} an hour')
    for name, times in (traffic.times if traffic else {}).items():
        failed = traffic.failed.get(name, [])
        print(f'{name:16} {len(times):7} times, {len(failed)} failed, p50 {percentile(times, .5):.1f} ms, p99 {percentile(times, .99):.1f} ms, longest {max(times):.0f} ms')
        for problem in failed[:5]:
            print(f'    {problem}')
    print('  '.join(f'{key} {counters[key]:g}' for key in ('transforms_total', 'transform_errors_total') if key in counters))
    sys.stdout.flush()


if __name__ == '__main__':
    main()
