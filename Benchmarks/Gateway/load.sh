#!/usr/bin/env bash
# Compares cached images per second of the Api with nginx and varnish on the same bytes, in one run and by turns, so that a busy machine is unfair to nobody.
#
#   Benchmarks/Gateway/load.sh PUBLIC_IMAGE_URL [SECONDS] [CONNECTIONS]
#
# The URL is one that the AppHost prints. Needs wrk; nginx (Debian: nginx-light) and varnishd are compared where they are installed.
# CPUS (default: one less than there are) pins the servers started here and, with API_PID, the Api, whose CPU time is then told too; wrk gets the last core.
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

# CPU ticks (1/100 s) that a process and its children have used; 0 for an unknown one.
ticks() {
    [ -n "$1" ] || { echo 0; return; }
    for pid in "$1" $(pgrep -P "$1" || true); do awk '{sub(/^.*\) /, ""); print $12 + $13}' "/proc/$pid/stat" 2>/dev/null || true; done | awk '{sum += $1} END {print sum + 0}'
}

# Requests per second, p99, and CPU microseconds per request (which a busy machine distorts least); anything but 200 ends the run.
measure() {
    local before after
    before=$(ticks "$2")
    taskset -c "$last" wrk -t1 -c"$connections" -d"${seconds}s" --latency "$1" >"$work/wrk"
    after=$(ticks "$2")
    if grep -q 'Non-2xx' "$work/wrk"; then
        echo "errors from $1:" >&2
        cat "$work/wrk" >&2
        exit 1
    fi
    awk -v ticks=$((after - before)) '/requests in/ {count = $1} /Requests\/sec/ {rate = $2} /99%/ {p99 = $2} END {printf "%s %s %.1f\n", rate, p99, ticks * 10000 / count}' "$work/wrk"
}

curl -fsS -D "$work/headers" -o "$work/image" "$url"
curl -fsS -D "$work/headers" -o "$work/image" "$url"
type=$(awk -F': ' 'tolower($1) == "content-type" {print $2}' "$work/headers" | tr -d '\r')
layer=$(awk -F': ' 'tolower($1) == "x-cache" {print $2}' "$work/headers" | tr -d '\r')
echo "image: $(stat -c %s "$work/image") bytes of $type, answered from $layer; $connections connections, ${seconds}s x $rounds by turns"
[ -n "${API_PID:-}" ] && taskset -acp "$cpus" "$API_PID" >/dev/null

declare -A targets=([api]=$url) pids=([api]=${API_PID:-})
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
    pids[nginx]=$!
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
    pids[varnish]=$!
    targets[varnish]=http://127.0.0.1:$port/image
    order+=(varnish)
    wait_for "${targets[varnish]}"
fi

declare -A best=() tail=() cpu=()
for name in "${order[@]}"; do measure "${targets[$name]}" "${pids[$name]}" >/dev/null; done # warm-up
for round in $(seq "$rounds"); do
    for name in "${order[@]}"; do
        read -r rate p99 micros <<<"$(measure "${targets[$name]}" "${pids[$name]}")"
        printf '%-8s round %s: %10s requests/s, p99 %s, %s us CPU per request\n' "$name" "$round" "$rate" "$p99" "$micros"
        if [ -z "${best[$name]:-}" ] || awk "BEGIN {exit !($rate > ${best[$name]})}"; then
            best[$name]=$rate
            tail[$name]=$p99
        fi
        if [ -z "${cpu[$name]:-}" ] || awk "BEGIN {exit !($micros < ${cpu[$name]})}"; then cpu[$name]=$micros; fi
    done
done

echo
for name in "${order[@]}"; do
    printf '%-8s best %10s requests/s, p99 %s, %s us CPU per request, ratio to the Api %s\n' "$name" "${best[$name]}" "${tail[$name]}" "${cpu[$name]}" "$(awk "BEGIN {printf \"%.2f\", ${best[$name]} / ${best[api]}}")"
done
