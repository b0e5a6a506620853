#!/usr/bin/env bash
# Compares cached images per second of the Api with nginx and varnish on the same bytes, in one run and by turns, so that a busy machine is unfair to nobody.
#
#   Benchmarks/Gateway/load.sh PUBLIC_IMAGE_URL [SECONDS] [CONNECTIONS]
#
# The URL is one that the AppHost prints. Needs wrk; nginx (Debian: nginx-light) and varnishd are compared where they are installed.
# CPUS (default: one less than there are) pins the servers started here and, with API_PID, the Api; wrk gets the last core.
set -euo pipefail

url=${1:?usage: load.sh PUBLIC_IMAGE_URL [SECONDS] [CONNECTIONS]}
seconds=${2:-5}
connections=${3:-64}
rounds=${ROUNDS:-3}
last=$(($(nproc) - 1))
cpus=${CPUS:-0-$((last > 0 ? last - 1 : 0))}
work=$(mktemp -d)
started=()

finish() {
    for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || true; done
    for pid in "${started[@]}"; do wait "$pid" 2>/dev/null || true; done
    rm -rf "$work"
}
trap finish EXIT

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

wait_for() {
    for _ in $(seq 100); do curl -fsS -o /dev/null "$1" 2>/dev/null && return; sleep 0.1; done
    echo "no answer from $1" >&2
    exit 1
}

# Requests per second; anything but 200 ends the run.
measure() {
    taskset -c "$last" wrk -t1 -c"$connections" -d"${seconds}s" --latency "$1" >"$work/wrk"
    if grep -q 'Non-2xx' "$work/wrk"; then
        echo "errors from $1:" >&2
        cat "$work/wrk" >&2
        exit 1
    fi
    awk '/Requests\/sec/ {rate = $2} /99%/ {p99 = $2} END {print rate, p99}' "$work/wrk"
}

curl -fsS -D "$work/headers" -o "$work/image" "$url"
curl -fsS -D "$work/headers" -o "$work/image" "$url"
type=$(awk -F': ' 'tolower($1) == "content-type" {print $2}' "$work/headers" | tr -d '\r')
layer=$(awk -F': ' 'tolower($1) == "x-cache" {print $2}' "$work/headers" | tr -d '\r')
echo "image: $(stat -c %s "$work/image") bytes of $type, answered from $layer; $connections connections, ${seconds}s x $rounds by turns"
[ -n "${API_PID:-}" ] && taskset -acp "$cpus" "$API_PID" >/dev/null

declare -A targets=([api]=$url)
order=(api)
if command -v nginx >/dev/null; then
    port=$(free_port)
    mkdir -p "$work/html"
    cp "$work/image" "$work/html/image"
    cat >"$work/nginx.conf" <<CONF
worker_processes 1; daemon off; pid $work/nginx.pid; error_log $work/nginx.log;
events { worker_connections 4096; }
http { access_log off; sendfile on; tcp_nopush off; keepalive_requests 100000000; default_type $type; open_file_cache max=10;
       client_body_temp_path $work/t1; proxy_temp_path $work/t2; fastcgi_temp_path $work/t3; uwsgi_temp_path $work/t4; scgi_temp_path $work/t5;
       server { listen 127.0.0.1:$port; root $work/html; } }
CONF
    chmod -R a+rX "$work"
    taskset -c "$cpus" nginx -p "$work" -c "$work/nginx.conf" &
    started+=($!)
    targets[nginx]=http://127.0.0.1:$port/image
    order+=(nginx)
    wait_for "${targets[nginx]}"
fi

if command -v varnishd >/dev/null; then
    port=$(free_port)
    origin=$(free_port)
    mkdir -p "$work/origin"
    cp "$work/image" "$work/origin/image"
    python3 -m http.server "$origin" --bind 127.0.0.1 --directory "$work/origin" >/dev/null 2>&1 &
    started+=($!)
    wait_for "http://127.0.0.1:$origin/image"
    printf 'vcl 4.1;\nbackend default { .host = "127.0.0.1"; .port = "%s"; }\nsub vcl_backend_response { set beresp.ttl = 1h; }\n' "$origin" >"$work/default.vcl"
    taskset -c "$cpus" varnishd -F -j none -n "$work/varnish" -a "127.0.0.1:$port" -T none -f "$work/default.vcl" -s malloc,64m >/dev/null 2>&1 &
    started+=($!)
    targets[varnish]=http://127.0.0.1:$port/image
    order+=(varnish)
    wait_for "${targets[varnish]}"
fi

declare -A best=() tail=()
for name in "${order[@]}"; do measure "${targets[$name]}" >/dev/null; done # warm-up
for round in $(seq "$rounds"); do
    for name in "${order[@]}"; do
        read -r rate p99 <<<"$(measure "${targets[$name]}")"
        printf '%-8s round %s: %10s requests/s, p99 %s\n' "$name" "$round" "$rate" "$p99"
        if [ -z "${best[$name]:-}" ] || awk "BEGIN {exit !($rate > ${best[$name]})}"; then
            best[$name]=$rate
            tail[$name]=$p99
        fi
    done
done

echo
for name in "${order[@]}"; do
    printf '%-8s best %10s requests/s, p99 %s, ratio to the Api %s\n' "$name" "${best[$name]}" "${tail[$name]}" "$(awk "BEGIN {printf \"%.2f\", ${best[$name]} / ${best[api]}}")"
done
