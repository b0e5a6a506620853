-- The role the services work as. It owns nothing, may not log in by itself and cannot bypass row-level security.
-- Two databases of one server may be migrated at once, hence the exception.
DO $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'imageservice_app') THEN
        CREATE ROLE imageservice_app NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
    END IF;
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN NULL;
END $$;

-- Words of a filename, folder and tags. Immutable, so that a generated column may use it: 'simple' does not depend on settings.
CREATE FUNCTION asset_search(filename text, folder text, tags text[]) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN to_tsvector('simple'::regconfig, regexp_replace(filename || ' ' || folder || ' ' || coalesce(tags::text, ''), '[^[:alnum:]]+', ' ', 'g'));
