#!/usr/bin/env bash
# restore.sh DIR: puts a backup of backup.sh back, into an empty database and an empty store. Start the services afterwards, with the Signing:MasterKey of then.
#
#   PGHOST PGPORT PGUSER PGPASSWORD PGDATABASE   where to; the database is made if it is not there
#   STORE_ROOT                                   folder of the file store; or
#   STORE_PUT                                    a command that copies the folder "$1" into the store, such as
#                                                aws s3 sync "$1" s3://bucket
set -euo pipefail
folder="${1:?usage: restore.sh DIR}"
: "${PGDATABASE:?set the PG* variables of the registry}"
[[ -f "$folder/registry.dump" ]] || { echo "$folder holds no finished backup." >&2; exit 2; }

psql --dbname=postgres --quiet --no-align --tuples-only -c "SELECT 1 FROM pg_database WHERE datname = '$PGDATABASE'" | grep -q 1 || createdb "$PGDATABASE"
tables="$(psql --quiet --no-align --tuples-only -c "SELECT count(*) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')")"
[[ "$tables" == 0 ]] || { echo "The database $PGDATABASE is not empty: restore into a new one." >&2; exit 2; }

# Roles belong to the server, not to the database.
psql --quiet -c "DO \$\$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'imageservice_app') THEN CREATE ROLE imageservice_app NOLOGIN NOBYPASSRLS; END IF; END \$\$"
if [[ -n "${STORE_PUT:-}" ]]; then
    bash -euo pipefail -c "$STORE_PUT" put "$folder/objects"
else
    : "${STORE_ROOT:?set STORE_ROOT or STORE_PUT}"
    if [[ -d "$STORE_ROOT" && -n "$(ls -A "$STORE_ROOT")" ]]; then
        echo "$STORE_ROOT is not empty: restore into a new folder." >&2
        exit 2
    fi
    mkdir -p "$STORE_ROOT"
    cp -a "$folder/objects/." "$STORE_ROOT/"
fi
pg_restore --exit-on-error --no-owner --dbname="$PGDATABASE" "$folder/registry.dump"
psql --quiet -c "ANALYZE"
echo "Restored $folder into $PGDATABASE."
