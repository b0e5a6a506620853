"""Loads: wrk for cached images, threads with kept connections for everything slower."""
import http.client, json, os, re, subprocess, sys, threading, time
from urllib.parse import urlsplit
from processes import Use

UNIT = {'us': 1e-3, 'ms': 1.0, 's': 1e3, 'm': 6e4}


def _ms(pattern, text):
    found = re.search(pattern + r'([\d.]+)(us|ms|s|m)', text)
    if not found:
        raise RuntimeError(f'wrk told no latency:\n{text}')
    return float(found.group(1)) * UNIT[found.group(2)]


def wrk(url, connections, seconds, pids, cpu=None):
    """Requests a second, median and 99th percentile in ms, CPU microseconds of the server per request."""
    pinned = ['taskset', '-c', str(cpu)] if cpu is not None else []
    with Use(pids) as use:
        text = subprocess.run([*pinned, 'wrk', '-t1', f'-c{connections}', f'-d{seconds}s', '--latency', url], capture_output=True, text=True, check=True).stdout
    if 'Non-2xx' in text or 'Socket errors' in text:
        raise RuntimeError(f'not every answer of {url} was an image:\n{text}')
    count = int(re.search(r'(\d+) requests in', text).group(1))
    rate = float(re.search(r'Requests/sec:\s+([\d.]+)', text).group(1))
    return {
        'rate': rate, 'p50': _ms(r'50%\s+', text), 'p99': _ms(r'99%\s+', text),
        'worst': _ms(r'Latency\s+\S+\s+\S+\s+', text), 'cpu_us': use.cpu / count * 1e6,
    }


class Client:
    """One kept connection."""

    def __init__(self, timeout=30):
        self.timeout, self.connections = timeout, {}

    def get(self, url):
        """Status, bytes, seconds, headers; status 0 where no answer came."""
        parts = urlsplit(url)
        began = time.monotonic()
        for attempt in (0, 1):
            connection = self.connections.pop(parts.netloc, None) or http.client.HTTPConnection(parts.netloc, timeout=self.timeout)
            try:
                connection.request('GET', parts.path + (f'?{parts.query}' if parts.query else ''))
                answer = connection.getresponse()
                body = answer.read()
                self.connections[parts.netloc] = connection
                return answer.status, len(body), time.monotonic() - began, answer.headers
            except (http.client.BadStatusLine, ConnectionError):
                connection.close()
            except TimeoutError:
                connection.close()
                return 0, 0, time.monotonic() - began, {}
        return 0, 0, time.monotonic() - began, {}


def each(urls, connections, patient=False):
    """Asks for every URL once, so many at a time; answers in the order of their end, and the seconds it took. Patient: who is refused comes back when told to."""
    left, lock, answers = list(reversed(urls)), threading.Lock(), []

    def run():
        client = Client()
        while True:
            with lock:
                if not left:
                    return
                url = left.pop()
            answer = client.get(url)
            while patient and answer[0] == 503:
                time.sleep(float(answer[3].get('Retry-After', 1)))
                answer = client.get(url)
            with lock:
                answers.append(answer)

    threads = [threading.Thread(target=run) for _ in range(connections)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers, time.monotonic() - began


def arriving(urls, rate, most, timeout):
    """Asks for each URL at its time, whatever became of those before; beyond so many in flight it is not sent."""
    answers, unsent, flying, lock, threads = [], 0, 0, threading.Lock(), []

    def one(url):
        nonlocal flying
        answer = Client(timeout).get(url)
        with lock:
            flying -= 1
            answers.append(answer)

    began = time.monotonic()
    for n, url in enumerate(urls):
        time.sleep(max(0, began + n / rate - time.monotonic()))
        with lock:
            if flying >= most:
                unsent += 1
                continue
            flying += 1
        thread = threading.Thread(target=one, args=(url,), daemon=True)
        thread.start()
        threads.append(thread)
    for thread in threads:
        thread.join(timeout + 5)
    return answers, unsent


class Beat:
    """Asks for one cached image every so often while something else goes on: in a process of its own, which a busy generator of load cannot hold up, and,
    as root, before all others at a processor, for it stands for somebody at another machine."""

    def __init__(self, url, every=0.005):
        self.url, self.every, self.times, self.bad, self.process = url, every, [], 0, None

    def __enter__(self):
        self.process = subprocess.Popen([sys.executable, __file__, self.url, str(self.every)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.process.stdout.readline()
        return self

    def __exit__(self, *_):
        told, _ = self.process.communicate(timeout=30)
        self.times, self.bad = json.loads(told)


def beat(url, every):
    """Until standard input ends; then prints milliseconds, and how many answers were not 200."""
    if os.geteuid() == 0:
        os.nice(-10)
    ended, times, bad, client = threading.Event(), [], 0, Client(10)
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    print('begun', flush=True)
    while not ended.wait(every):
        status, _, seconds, _ = client.get(url)
        times.append(seconds * 1e3)
        bad += status != 200
    print(json.dumps([times, bad]))


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else float('nan')


if __name__ == '__main__':
    beat(sys.argv[1], float(sys.argv[2]))
