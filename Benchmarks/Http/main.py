"""Runs a scenario and prints medians and ratios. See ../run.sh."""
import argparse, json, os, shutil, statistics, sys
from processes import Started, settle
from scenarios import SCENARIOS as OWN, idle_memory
from stack import Nginx, Service, Sharp, Varnish, photos
from strangers import STRANGERS

SCENARIOS = OWN | STRANGERS

# What ratios are to: the first of these that was measured.
BASE = {'hit': ['varnish'], 'cold': ['sharp'], 'srcset': ['separate', 'sharp'], 'herd': ['sharp'], 'overload': ['sharp'], 'store': ['file']}

# What a stack needs for a scenario beside the usual: no cache that would answer for the store.
SETTINGS = {'store': ({'Caching__MemoryBytes': str(1 << 20), 'Caching__RedisEntryMaxBytes': '0'}, ('--store', 's3'))}


def peers_of(scenario, started, service, folder):
    def make(bodies):
        if scenario == 'hit':
            return [kind for name, make in (('varnishd', lambda: Varnish(started, service.api)), ('nginx', lambda: Nginx(started, bodies))) if shutil.which(name) for kind in [make()]]
        return [Sharp(started, folder)] if os.path.isdir(os.path.join(started.work, 'node_modules/sharp')) else []
    return make


def show(scenario, rows):
    cases = list(dict.fromkeys(row[0] for row in rows))
    for case in cases:
        targets = list(dict.fromkeys(row[1] for row in rows if row[0] == case))
        medians = {}
        for target in targets:
            measured = [row[3] for row in rows if row[0] == case and row[1] == target]
            medians[target] = {key: statistics.median(one[key] for one in measured) for key in measured[0]}
        base_name = next((name for name in BASE.get(scenario, []) if name in medians), None)
        for target in targets:
            base = medians.get(base_name)
            told = [f'{key} {value:.4g}' + (f' ({value / base[key]:.2f})' if base and target != base_name and base.get(key) else '') for key, value in medians[target].items()]
            print(f'{scenario:9} {case:14} {target:14} ' + ', '.join(told))
    sys.stdout.flush()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('scenario', choices=[*SCENARIOS, 'all'])
    parser.add_argument('--work', required=True)
    parser.add_argument('--photos', help='folder of JPEG photographs; without one they are drawn')
    parser.add_argument('--number', type=int, default=10, help='how many photographs')
    parser.add_argument('--rounds', type=int, default=5)
    parser.add_argument('--seconds', type=int, default=3, help='of each measurement of hits')
    parser.add_argument('--count', type=int, default=40, help='first transforms of each measurement')
    parser.add_argument('--pictures', type=int, default=4, help='photographs of srcset')
    parser.add_argument('--formats', nargs='+', default=['jpg', 'webp'])
    parser.add_argument('--sizes', nargs='*', help='4 KB, 42 KB, 400 KB')
    parser.add_argument('--corpus', help='folder of files for the scenario of that name')
    parser.add_argument('--results', help='a file that gets one JSON line for each measurement')
    options = parser.parse_args()

    files = photos(options.work, options.photos, options.number)
    if options.scenario == 'corpus' and not options.corpus:
        sys.exit('corpus: say --corpus DIR')
    if not files:
        sys.exit('no photographs')
    names = [name for name in SCENARIOS if name not in ('overload', 'store', *STRANGERS)] if options.scenario == 'all' else [options.scenario]
    started = Started(options.work)
    print(f'{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} before; medians of {options.rounds} rounds in turns; in brackets: ratio to the peer')
    try:
        service = Service(started, *SETTINGS.get(options.scenario, ()))
        for file in files:
            service.upload(file)
        settle()
        print(f'memory of the Api after {len(files)} uploads: {idle_memory(service):.0f} MB')
        for name in names:
            rows = []
            try:
                for row in SCENARIOS[name](service, peers_of(name, started, service, os.path.dirname(files[0])), files, options):
                    rows.append(row)
                    if options.results:
                        with open(options.results, 'a') as f:
                            f.write(json.dumps([name, *row, os.getloadavg()[0]]) + '\n')
            finally:
                # Also what was measured before somebody lost patience.
                show(name, rows)
    finally:
        started.end()
    print(f'load {os.getloadavg()[0]:.1f} after')


if __name__ == '__main__':
    main()
