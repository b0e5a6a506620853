#!/usr/bin/env bash
# Measures the whole service, in Release, beside what people would run instead, in turns on one machine, and prints ratios (docs/benchmarks.md).
#
#   Benchmarks/run.sh hit|cold|srcset|herd|overload|stalls|store|all [--rounds N] [--photos DIR] [--seconds S] [--no-build] [--no-install] …
#   Benchmarks/run.sh soak [--minutes 120] [--warm-up 30] [--photos DIR] [--results FILE]
#
# --published measures Api, Worker and Portal as their images hold them: published, compiled ahead.
#
# Peers come from their own packages: nginx, varnish and wrk from Debian's (as root; else those that are there are used), sharp from npm. Everything listens on 127.0.0.1 and ends with the run.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=${BENCH_WORK:-${TMPDIR:-/tmp}/imageservice-bench}
mkdir -p "$work"

build=true install=true published=false
args=()
for arg in "$@"; do
    case $arg in
        --no-build) build=false ;;
        --no-install) install=false ;;
        --published) published=true ;;
        *) args+=("$arg") ;;
    esac
done

need() { command -v "$1" >/dev/null || { [ "$install" = true ] && [ "$(id -u)" = 0 ] && missing+=("$2"); } || echo "not compared: $1 is not installed" >&2; }
missing=()
need wrk wrk
need varnishd varnish
need nginx nginx-light
if [ ${#missing[@]} -gt 0 ]; then
    # A package must not start its server: the run starts its own.
    printf '#!/bin/sh\nexit 101\n' >"$work/policy" && chmod +x "$work/policy"
    [ -e /usr/sbin/policy-rc.d ] || { ln -s "$work/policy" /usr/sbin/policy-rc.d && trap 'rm -f /usr/sbin/policy-rc.d' EXIT; }
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${missing[@]}" >/dev/null
fi
if [ ! -d "$work/node_modules/sharp" ] && [ "$install" = true ] && command -v npm >/dev/null; then
    (cd "$work" && npm install --silent --no-audit --no-fund sharp@0.35 >/dev/null)
fi
[ "$build" = false ] || dotnet build "$here/../ImageService.sln" -c Release -v q -nologo
if [ "$published" = true ]; then
    # Over the build output, which is what AppHost starts; the next build puts its own back.
    for service in Api Worker Portal; do
        dotnet publish "$here/../$service" -c Release --use-current-runtime --self-contained false -o "$here/../$service/bin/Release/net10.0" -v q -nologo
    done
fi

if [ "${args[0]:-}" = soak ]; then
    exec python3 "$here/Http/soak.py" --work "$work" "${args[@]:1}"
fi
python3 "$here/Http/main.py" --work "$work" "${args[@]}"
