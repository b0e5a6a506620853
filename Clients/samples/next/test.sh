#!/usr/bin/env bash
# Builds the sample, serves it and asks for every image of its page: by the package's loader, and unchanged by next/image against a host of the dialect "next".
#
#   IMAGES_URL=http://localhost:8080 IMAGE_PATH=/v1/pub/acme/website/marketing/img/…/v1/original.jpg [HOST_NAME=shop.localhost ALIAS=/photos/a.jpg] ./test.sh
#
# IMAGE_PATH: path of an image's original, as the API tells it in urls.original. HOST_NAME: a host of the space, of the dialect "next", where the path ALIAS is a name of
# the asset (docs/clients.md). KEEP=1 leaves the last page served until Enter is pressed. Needs Node.js 20 and the packages of package.json (npm).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
: "${IMAGES_URL:?base URL of the service}" "${IMAGE_PATH:?path of an image}"
export NEXT_TELEMETRY_DISABLED=1
port="${PORT:-3210}"
front=$((port + 1))
running=()

# --install-links: a copy of the package as it is packed, not a link.
npm install --install-links --no-audit --no-fund

end() {
    for pid in "${running[@]}"; do kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null || true; done
    running=()
}
trap end EXIT

# check NAME IMAGES_URL IMAGE_PATH: by which way, where the page's images are, and the picture's path.
check() {
    local way="$1" page="http://127.0.0.1:$port/"
    LOADER="$way" IMAGES_URL="$2" node node_modules/next/dist/bin/next build
    LOADER="$way" IMAGES_URL="$2" IMAGE_PATH="$3" node node_modules/next/dist/bin/next start --hostname 127.0.0.1 --port "$port" &
    running+=($!)
    if [[ "$way" == unchanged ]]; then
        node front.mjs "$front" "$port" "$IMAGES_URL" &
        running+=($!)
        page="http://$HOST_NAME:$front/"
    fi
    for _ in $(seq 60); do
        if curl -fsS -o /dev/null "$page" 2>/dev/null; then break; fi
        sleep 0.5
    done
    node check.mjs "$page" "$way"
    if [[ "${KEEP:-}" == "$way" ]]; then read -rp "$page, until Enter: "; fi
    end
}

check client "$IMAGES_URL" "$IMAGE_PATH"
if [[ -n "${HOST_NAME:-}" ]]; then
    : "${ALIAS:?path of the image on the host}"
    check path "http://$HOST_NAME:${IMAGES_URL##*:}" "$ALIAS"
    check unchanged "" "$ALIAS"
else
    echo "HOST_NAME is not set: next/image against a host of the dialect was not tried."
fi
