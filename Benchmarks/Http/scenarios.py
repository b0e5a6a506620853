"""What is measured. Each scenario yields rows of (case, target, round, {figure: value})."""
import os, random, signal, threading, time, urllib.request
from load import Beat, Client, arriving, each, percentile, wrk
from processes import Use, forget_peak, memory_mb, pin, settle

SIZES = {'4 KB': 4_000, '42 KB': 42_000, '400 KB': 400_000}


def _of_size(service, photo, aim):
    """A width and quality of a photograph whose file has about so many bytes."""
    client, best = Client(), None
    low, high = 40, 3200
    for _ in range(9):
        width = (low + high) // 2
        status, size, _, _ = client.get(service.url(photo, width, quality=82))
        if status == 200 and (best is None or abs(size - aim) < abs(best[1] - aim)):
            best = (width, size)
        low, high = (width + 1, high) if size < aim else (low, width - 1)
    return service.url(photo, best[0], quality=82), best[1]


def _warm(url):
    client = Client()
    for _ in range(5):
        status, _, _, headers = client.get(url)
        if status != 200:
            raise RuntimeError(f'{status} from {url}')
        time.sleep(0.05)
    return headers


def hit(service, peers, photos, options):
    """A cached image, the server on one processor and the generator on the last."""
    urls = {name: _of_size(service, photos[0], aim) for name, aim in SIZES.items() if not options.sizes or name in options.sizes}
    private = service.sign(_of_size_private(service, photos[0]))
    targets = [('ours', service.pids, lambda name: urls[name][0])]
    bodies = {}
    for name, (url, size) in urls.items():
        _warm(url)
        bodies[name.replace(' ', '')] = _body(url)
    _warm(private)
    for peer in peers(bodies):
        path = (lambda name, p=peer: f"{p.base}/{name.replace(' ', '')}.jpg") if peer.name == 'nginx' else (lambda name, p=peer: p.base + urls[name][0][len(service.api):])
        targets.append((peer.name, peer.pids, path))
    for name in urls:
        for _, _, path in targets:
            _warm(path(name))
    last = os.cpu_count() - 1
    for _, pids, _ in targets:
        pin(pids, [0] if last else None)
    try:
        # Until what is compiled again while it runs is compiled, and caches of the processor are warm.
        for _, pids, path in targets:
            for name in urls:
                wrk(path(name), 8, options.seconds, pids, last)
        wrk(private, 8, options.seconds, service.pids, last)
        for number in range(options.rounds):
            for connections in (8, 64):
                for name in urls:
                    for target, pids, path in targets if number % 2 == 0 else reversed(targets):
                        yield f'{name} c={connections}', target, number, wrk(path(name), connections, options.seconds, pids, last)
                yield f'42 KB c={connections}', 'ours, private', number, wrk(private, connections, options.seconds, service.pids, last)
    finally:
        for _, pids, _ in targets:
            pin(pids, None)


def _of_size_private(service, photo):
    base, service_path = service.assets[photo], service.upload(photo, 'private')
    width = _of_size_width(service, photo, base)
    service.assets[photo] = base
    return f'{service_path}w_{width}-q_82.jpg'


def _of_size_width(service, photo, base):
    service.assets[photo] = base
    url, _ = _of_size(service, photo, SIZES['42 KB'])
    return url.rsplit('w_', 1)[1].split('-')[0]


def _body(url):
    import urllib.request
    with urllib.request.urlopen(url) as answer:
        return answer.read()


def _fresh(photos, count, number, fmt):
    """Photographs and widths that nobody has asked for, the same for every target of a round."""
    draw = random.Random(f'{number} {fmt}')
    return [(photos[n % len(photos)], draw.randrange(120, 800) * 2 + number % 2) for n in range(count)]


def cold(service, peers, photos, options):
    """First transforms: nobody has asked for any of them."""
    targets = [service, *peers({})]
    for number in range(options.rounds):
        for fmt in options.formats:
            for connections in (1, 4):
                asked = _fresh(photos, options.count, number * 4 + connections, fmt)
                for target in targets if number % 2 == 0 else reversed(targets):
                    urls = [target.url(photo, width, fmt) for photo, width in asked]
                    forget_peak(target.pids)
                    with Use(target.pids) as use:
                        answers, seconds = each(urls, connections)
                    times = [answer[2] * 1e3 for answer in answers]
                    if any(answer[0] != 200 for answer in answers):
                        raise RuntimeError(f'{target.name}: {sorted({answer[0] for answer in answers})}')
                    figures = {'rate': len(urls) / seconds, 'p50': percentile(times, .5), 'p99': percentile(times, .99), 'cpu_ms': use.cpu / len(urls) * 1e3, 'peak_mb': use.peak}
                    yield f'{fmt} c={connections}', target.name, number, figures


def srcset(service, peers, photos, options):
    """Four widths of one picture: at once, one after the other, and each of an original of its own, that is of its own decode. Once right after the upload,
    when nobody has made an intermediate (the worker is held up), and once after it was made, beside the peer, which decodes for each."""
    sharp = next(iter(peers({})), None)
    for number in range(options.rounds):
        widths = [width - 3 * number for width in (1600, 1200, 800, 400)]
        for turn, photo in enumerate(photos[:options.pictures]):
            for fmt in options.formats:
                first = [('at once', 1, 4), ('in turn', 1, 1), ('separate', 4, 4)]
                with service.worker_held_up():
                    for name, originals, connections in _rotated(first, number + turn):
                        fresh = [service.upload(photo, fresh=True) for _ in range(originals)]
                        yield f'first {fmt}', name, number, _four(service, [service.url_of(fresh[n % originals], w, fmt) for n, w in enumerate(widths)], connections)
                # Other widths for each: what one asked for would be there for the next.
                later = [('at once', service, 4, 1), ('in turn', service, 1, 2)] + ([('sharp', sharp, 4, 0)] if sharp else [])
                for name, target, connections, less in _rotated(later, number + turn):
                    yield f'later {fmt}', name, number, _four(target, [target.url(photo, w - less, fmt) for w in widths], connections)


def _four(target, urls, connections):
    with Use(target.pids) as use:
        answers, seconds = each(urls, connections, patient=True)
    if any(answer[0] != 200 for answer in answers):
        raise RuntimeError(f'{target.name}: {sorted({answer[0] for answer in answers})}')
    return {'cpu_ms': use.cpu * 1e3, 'wall_ms': seconds * 1e3}


def _rotated(items, by):
    return items[by % len(items):] + items[:by % len(items)]


def herd(service, peers, photos, options):
    """64 callers at once for one picture that nobody has made."""
    targets = [service, *peers({})]
    for number in range(options.rounds):
        for target in targets:
            url = target.url(photos[number % len(photos)], 1811 - number * 2, 'webp')
            before = service.counters().get('transforms_total', 0) if target is service else None
            with Use(target.pids) as use:
                answers, _ = each([url] * 64, 64)
            figures = {'ok': sum(answer[0] == 200 for answer in answers), 'last_ms': max(answer[2] for answer in answers) * 1e3, 'cpu_ms': use.cpu * 1e3}
            if before is not None:
                figures['transforms'] = service.counters().get('transforms_total', 0) - before
            yield '64 at once', target.name, number, figures


def overload(service, peers, photos, options):
    """More first transforms than the machine can make, at a fixed rate, while somebody looks at a cached image. What it makes when as many ask as it likes best is
    measured right before: four callers, who wait."""
    targets = [service, *peers({})]
    if os.geteuid() == 0:
        # Callers are other machines: they do not wait for a processor behind what they ask.
        os.nice(-10)
    for number in range(options.rounds):
        for target in targets:
            asked = _fresh(photos, 60 * 30, 100 + number, 'webp')
            hot = target.url(photos[0], 640, 'webp')
            # A peer may still be busy with what others have long given up on.
            while Client(120).get(hot)[0] != 200:
                time.sleep(1)
            _warm(hot)
            idle = memory_mb(target.pids)
            answers, seconds = each([target.url(photo, width, 'webp', 79) for photo, width in _fresh(photos, 150, 300 + number, 'webp')], 4)
            capacity = sum(answer[0] == 200 for answer in answers) / seconds
            forget_peak(target.pids)
            with Use(target.pids) as use, Beat(hot, 0.05) as beat:
                began = time.monotonic()
                answers, unsent = arriving([target.url(photo, width, 'webp') for photo, width in asked], 60, 256, 10)
                seconds = time.monotonic() - began
            total = len(asked)
            served, refused = ([answer[2] * 1e3 for answer in answers if answer[0] in statuses] for statuses in ((200,), (429, 503)))
            began = time.monotonic()
            Client().get(target.url(photos[1], 777, 'webp'))
            yield '60/s for 30 s', target.name, number, {
                'served_%': 100 * len(served) / total, 'refused_%': 100 * len(refused) / total,
                'timed_out_%': 100 * sum(answer[0] == 0 for answer in answers) / total, 'unsent_%': 100 * unsent / total,
                'capacity': capacity, 'of_capacity_%': 100 * len(served) / seconds / capacity, 'p50': percentile(served, .5), 'p99': percentile(served, .99),
                'refusal_p50': percentile(refused, .5), 'refusal_p99': percentile(refused, .99), 'refusal_worst': max(refused, default=float('nan')),
                'hit_p50': percentile(beat.times, .5), 'hit_p99': percentile(beat.times, .99), 'next_ms': (time.monotonic() - began) * 1e3,
                'idle_mb': idle, 'peak_mb': use.peak,
            }


def stalls(service, _, photos, options):
    """Cached images while the service is busy with something else: nobody who works may hold them up."""
    url = service.url(photos[0], 640)
    _warm(url)
    for number in range(options.rounds):
        yield 'idle', 'ours', number, _beat(url, lambda: time.sleep(5))
        yield '4 transforms', 'ours', number, _beat(url, lambda: each([service.url(p, w, 'webp') for p, w in _fresh(photos, 80, 500 + number, 'webp')], 4))
        yield '50 uploads', 'ours', number, _beat(url, lambda: _uploads(service, photos, 50))
        for resource in ('postgres', 'cache'):
            yield f'{resource} killed', 'ours', number, _beat(url, lambda: _killed(service, resource))
            settle()


def store(service, _, photos, options):
    """First transforms of originals in S3 and in a folder, and the same variants once more when no cache has them: what each costs from where it lies."""
    paths = {}
    for name in ('file', 's3'):
        space = service.space_on(name)
        paths[name] = [service.upload(photo, space=space) for photo in photos]
    settle()
    for number in range(options.rounds):
        for fmt in options.formats:
            asked = [(n % len(photos), width) for n, (_, width) in enumerate(_fresh(photos, options.count, 900 + number, fmt))]
            urls = {name: [f'{service.api}{path[photo]}w_{width}-q_80.{fmt}' for photo, width in asked] for name, path in paths.items()}
            for case in ('cold', 'stored'):
                for name in urls if number % 2 == 0 else reversed(urls):
                    forget_peak(service.pids)
                    with Use(service.pids) as use:
                        answers, _ = each(urls[name], 1)
                    if any(answer[0] != 200 for answer in answers):
                        raise RuntimeError(f'{name}: {sorted({answer[0] for answer in answers})}')
                    times = [answer[2] * 1e3 for answer in answers]
                    figures = {'p50': percentile(times, .5), 'p99': percentile(times, .99), 'cpu_ms': use.cpu / len(times) * 1e3, 'peak_mb': use.peak}
                    if case == 'stored':
                        figures['from_store_%'] = 100 * sum(answer[3].get('X-Cache') == 'storage' for answer in answers) / len(answers)
                    yield f'{case} {fmt}', name, number, figures


def _beat(url, work):
    with Beat(url) as beat:
        work()
    return {'p50': percentile(beat.times, .5), 'p99': percentile(beat.times, .99), 'worst': max(beat.times), 'failed': beat.bad}


def _killed(service, resource):
    """Ends a data server as a crash does, until the stack has it back and the service is ready."""
    before = service.process_of(resource)
    os.kill(before, signal.SIGKILL)
    end = time.monotonic() + 90
    while service.process_of(resource) == before or not _is_ready(service):
        if time.monotonic() > end:
            raise RuntimeError(f'{resource} did not come back')
        time.sleep(0.2)
    time.sleep(2)


def _is_ready(service):
    try:
        with urllib.request.urlopen(service.api + '/health/ready', timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


def _uploads(service, photos, count):
    kept = dict(service.assets)
    threads = [threading.Thread(target=service.upload, args=(photos[n % len(photos)],)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    service.assets = kept


SCENARIOS = {'hit': hit, 'cold': cold, 'srcset': srcset, 'herd': herd, 'overload': overload, 'stalls': stalls, 'store': store}


def idle_memory(service):
    return memory_mb(service.pids)
