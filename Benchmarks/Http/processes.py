"""Processes of a run: starting, finding, pinning, their CPU time and memory. Only what was started here is ended."""
import contextlib, os, re, signal, socket, subprocess, time, urllib.request

TICK = os.sysconf('SC_CLK_TCK')


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


def _stat(pid):
    try:
        with open(f'/proc/{pid}/stat') as f:
            return f.read().rsplit(')', 1)[1].split()
    except OSError:
        return None


def family(pid):
    """A process and all below it."""
    parents = {}
    for name in os.listdir('/proc'):
        if name.isdigit() and (stat := _stat(name)):
            parents.setdefault(int(stat[1]), []).append(int(name))
    found, queue = [], [pid]
    while queue:
        one = queue.pop()
        found.append(one)
        queue += parents.get(one, [])
    return found


def cpu_seconds(pids):
    """User and system time, reaped children included."""
    return sum(sum(int(ticks) for ticks in stat[11:15]) for pid in pids if (stat := _stat(pid))) / TICK


def memory_mb(pids, field='VmRSS'):
    total = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            with open(f'/proc/{pid}/status') as f:
                match = re.search(rf'^{field}:\s+(\d+)', f.read(), re.M)
                total += int(match.group(1)) if match else 0
    return total / 1024


def forget_peak(pids):
    """Begins a new measurement of VmHWM."""
    for pid in pids:
        with contextlib.suppress(OSError), open(f'/proc/{pid}/clear_refs', 'w') as f:
            f.write('5')


def pin(pids, cpus):
    """Keeps every thread of the processes on some processors; None: on all."""
    cpus = set(cpus) if cpus is not None else set(range(os.cpu_count()))
    for pid in pids:
        with contextlib.suppress(OSError):
            for thread in os.listdir(f'/proc/{pid}/task'):
                with contextlib.suppress(OSError):
                    os.sched_setaffinity(int(thread), cpus)


class Started:
    """What this run started; ended in reverse order."""

    def __init__(self, work):
        self.work, self.processes = work, []

    def start(self, name, command, env=None, cwd=None):
        log = open(os.path.join(self.work, f'{name}.log'), 'w')
        process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=cwd, env={**os.environ, **(env or {})}, start_new_session=True)
        self.processes.append(process)
        return process

    def end(self):
        for process in reversed(self.processes):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in reversed(self.processes):
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)


def wait_for(url, seconds=30):
    end = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return answer.read()
        except OSError as problem:
            if time.monotonic() > end:
                raise RuntimeError(f'no answer from {url}: {problem}') from problem
            time.sleep(0.2)


def settle(most=120):
    """Waits until what uploads set going in the background is done: as long as somebody uses a core."""
    end = time.monotonic() + most
    while time.monotonic() < end:
        with open('/proc/stat') as f:
            before = [int(ticks) for ticks in f.readline().split()[1:]]
        time.sleep(2)
        with open('/proc/stat') as f:
            after = [int(ticks) for ticks in f.readline().split()[1:]]
        idle, total = after[3] + after[4] - before[3] - before[4], sum(after) - sum(before)
        if idle > total * (1 - 0.2 / os.cpu_count()):
            return
    print(f'not quiet after {most} s')


class Use:
    """CPU time of processes over a block, and their peak memory at its end."""

    def __init__(self, pids):
        self.pids = pids

    def __enter__(self):
        self.before = cpu_seconds(self.pids)
        return self

    def __exit__(self, *_):
        self.cpu = cpu_seconds(self.pids) - self.before
        self.peak = memory_mb(self.pids, 'VmHWM')
