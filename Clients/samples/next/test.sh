#!/usr/bin/env bash
# Builds the sample, serves it and asks for every image of its page: once by the package's loader, and unchanged by next/image against a host of the dialect "next".
#
#   IMAGES_URL=http://localhost:8080 IMAGE_PATH=/v1/pub/acme/website/marketing/img/…/v1/original.jpg [DIALECT_URL=http://pictures.localhost:8080] ./test.sh
#
# IMAGE_PATH: path of an image's original, as the API tells it in urls.original. DIALECT_URL: a host of the space, of the dialect "next", where that path is an alias of the asset
# (docs/clients.md). Needs Node.js 20 and the packages of package.json (npm).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
: "${IMAGES_URL:?base URL of the service}" "${IMAGE_PATH:?path of an image}"
export IMAGE_PATH NEXT_TELEMETRY_DISABLED=1
port="${PORT:-3210}"

# --install-links: a copy of the package as it is packed, not a link.
npm install --install-links --no-audit --no-fund

check() {
    local loader="$1"
    export LOADER="$1" IMAGES_URL="$2"
    node node_modules/next/dist/bin/next build
    node node_modules/next/dist/bin/next start --hostname 127.0.0.1 --port "$port" &
    local server=$!
    trap 'kill "$server" 2>/dev/null || true' EXIT
    for _ in $(seq 60); do
        if curl -fsS -o /dev/null "http://127.0.0.1:$port/" 2>/dev/null; then break; fi
        sleep 0.5
    done
    node check.mjs "http://127.0.0.1:$port/" "$loader"
    kill "$server"
    wait "$server" 2>/dev/null || true
    trap - EXIT
}

check client "$IMAGES_URL"
if [[ -n "${DIALECT_URL:-}" ]]; then
    check dialect "$DIALECT_URL"
else
    echo "DIALECT_URL is not set: next/image against a host of the dialect was not tried."
fi
