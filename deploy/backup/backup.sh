#!/usr/bin/env bash
# backup.sh DIR: registry and originals, consistent with each other, while the services run.
#
#   PGHOST PGPORT PGUSER PGPASSWORD PGDATABASE   the registry, by a login that row-level security does not hold back (superuser or BYPASSRLS)
#   STORE_ROOT                                   folder of the file store; or
#   STORE_COPY                                   a command that adds what is new in the store to the folder "$1", such as
#                                                aws s3 sync s3://bucket "$1"
#
# Objects are copied, then the registry is dumped, then what is new is copied: an object is written before the row that names it and removed after it,
# so that everything a row of the dump names is in one of the two passes. Keep Signing:MasterKey elsewhere: without it signing keys cannot be read.
set -euo pipefail
folder="${1:?usage: backup.sh DIR}"
: "${PGDATABASE:?set the PG* variables of the registry}"
mkdir -p "$folder"
if [[ -e "$folder/registry.dump" ]]; then
    echo "$folder holds a backup already; give each its own folder." >&2
    exit 2
fi

# Temporary files of the store (.incoming) are no objects.
copy_folder() {
    (cd "$STORE_ROOT" && find . -path ./.incoming -prune -o -type f -print0) | while IFS= read -r -d '' file; do
        [[ -e "$1/$file" ]] && continue
        mkdir -p "$1/$(dirname "$file")"
        # A file that is deleted just now belongs to no row that will be dumped.
        cp -p "$STORE_ROOT/$file" "$1/$file.copying" 2>/dev/null && mv "$1/$file.copying" "$1/$file" || [[ ! -e "$STORE_ROOT/$file" ]]
    done
}

copy_objects() {
    if [[ -n "${STORE_COPY:-}" ]]; then
        bash -euo pipefail -c "$STORE_COPY" copy "$1"
    else
        : "${STORE_ROOT:?set STORE_ROOT or STORE_COPY}"
        copy_folder "$1"
    fi
}

mkdir -p "$folder/objects"
copy_objects "$folder/objects"
pg_dump --format=custom --file="$folder/registry.dump.part"
copy_objects "$folder/objects"
mv "$folder/registry.dump.part" "$folder/registry.dump"
echo "Backed up to $folder: $(find "$folder/objects" -type f | wc -l) objects, $(du -sh "$folder" | cut -f1)."
