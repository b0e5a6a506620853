#!/usr/bin/env bash
# What questions cost in a registry of ever more variants (docs/benchmarks.md): fills a private PostgreSQL once for each size, asks, and removes it.
#
#   Benchmarks/Registry/run.sh [10000 100000 1000000 10000000]
#
# Ten million variants take 9 GB below REGISTRY_WORK (default: TMPDIR) and, at the lowest priority, as long as the machine has nothing else to do.
# REGISTRY_KEEP=1 keeps the server's data; what is there already is not filled again.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=${REGISTRY_WORK:-${TMPDIR:-/tmp}/imageservice-registry}
bin=${PG_BIN:-$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -1)}
port=${REGISTRY_PORT:-55433}
sizes=("$@")
[ ${#sizes[@]} -gt 0 ] || sizes=(10000 100000 1000000 10000000)

# PostgreSQL refuses to run as root.
as_owner() { if [ "$(id -u)" = 0 ]; then su postgres -s /bin/sh -c "$*"; else sh -c "$*"; fi; }
stop() { as_owner "$bin/pg_ctl -D $work/data stop -m fast" >/dev/null || true; [ -n "${REGISTRY_KEEP:-}" ] || rm -rf "$work"; }
mkdir -p "$work"
[ "$(id -u)" != 0 ] || chown postgres "$work"
[ -d "$work/data" ] || as_owner "nice -n 19 $bin/initdb -D $work/data -A trust -U postgres --locale=C.UTF-8" >/dev/null
trap stop EXIT
as_owner "nice -n 19 $bin/pg_ctl -w -D $work/data -l $work/log start -o '-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$work \
    -c shared_buffers=2GB -c fsync=off -c full_page_writes=off -c max_wal_size=8GB -c checkpoint_timeout=1h'" >/dev/null

nice -n 19 dotnet build "$here/../../Tests" -v q -nologo
registries=
for size in "${sizes[@]}"; do
    database="variants_$size"
    registry="Host=127.0.0.1;Port=$port;Username=postgres;Database=$database;Command Timeout=600"
    if ! psql -h 127.0.0.1 -p "$port" -U postgres -lqtA | cut -d'|' -f1 | grep -qx "$database"; then
        ConnectionStrings__registry=$registry Signing__MasterKey=$(head -c 32 /dev/zero | base64) \
            nice -n 19 dotnet "$here/../../Worker/bin/Debug/net10.0/ImageService.Worker.dll" migrate >/dev/null
        nice -n 19 psql -q -h 127.0.0.1 -p "$port" -U postgres -d "$database" -v "variants=$size" -f "$here/fill.sql"
    fi
    registries+="$registry"$'\n'
done
IMAGESERVICE_TEST_FILLED_REGISTRIES=$registries nice -n 19 "$here/../../Tests/bin/Debug/net10.0/ImageService.Tests" \
    --explicit only --filter-class '*GrowthTests' --show-live-output on --output Detailed
