-- What is stored, added up: how many originals and variants of how many bytes lie in each space, store and class, and how many were written in each hour. Sums
-- over the rows themselves grow with them.
CREATE TABLE stored_totals (
    organization_id uuid NOT NULL,
    space_id uuid NOT NULL,
    store varchar(50) NOT NULL,
    tier varchar(20) NOT NULL,
    objects bigint NOT NULL,
    bytes bigint NOT NULL,
    CONSTRAINT pk_stored_totals PRIMARY KEY (organization_id, space_id, store, tier));

CREATE TABLE stored_hours (
    organization_id uuid NOT NULL,
    hour timestamptz NOT NULL,
    store varchar(50) NOT NULL,
    objects bigint NOT NULL,
    CONSTRAINT pk_stored_hours PRIMARY KEY (organization_id, hour, store));

-- What a transaction added or took away, until a job of the worker adds it to the two above. Writers only append: two of one space never wait for each other.
CREATE TABLE stored_changes (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_stored_changes PRIMARY KEY,
    organization_id uuid NOT NULL,
    space_id uuid NOT NULL,
    store varchar(50) NOT NULL,
    tier varchar(20) NOT NULL,
    hour timestamptz NOT NULL,
    objects bigint NOT NULL,
    bytes bigint NOT NULL);

CREATE INDEX ix_stored_changes_organization_id_space_id ON stored_changes (organization_id, space_id);

SELECT protect_by_organization(t::regclass, 'SELECT') FROM unnest(ARRAY['stored_totals', 'stored_hours', 'stored_changes']) AS t;

-- What there is at this moment, added up or waiting: exact in every snapshot. Its rows are to be summed.
CREATE VIEW stored_now WITH (security_invoker = true) AS
SELECT organization_id, space_id, store, tier, objects, bytes FROM stored_totals
UNION ALL
SELECT organization_id, space_id, store, tier, objects, bytes FROM stored_changes;

CREATE VIEW stored_by_hour WITH (security_invoker = true) AS
SELECT organization_id, hour, store, objects FROM stored_hours
UNION ALL
SELECT organization_id, hour, store, objects FROM stored_changes;

GRANT SELECT ON stored_now, stored_by_hour TO imageservice_app;

-- Noted by the database, so that every release is counted and whatever removes rows. A statement's rows at once; a change only where it matters, for uses of
-- variants are noted all the time. Defined by the owner: the services only read.
DO $do$
DECLARE t record;
BEGIN
    FOR t IN SELECT * FROM (VALUES ('variants', 'created_at'), ('asset_versions', 'uploaded_at')) AS x(name, written_at) LOOP
        EXECUTE format($f$
            CREATE FUNCTION note_stored_%1$s() RETURNS trigger
            LANGUAGE plpgsql SECURITY DEFINER SET search_path = %3$I, pg_temp AS $$
            DECLARE sign bigint := CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END;
            BEGIN
                INSERT INTO stored_changes (organization_id, space_id, store, tier, hour, objects, bytes)
                SELECT organization_id, space_id, storage_provider, tier, date_trunc('hour', %2$I, 'UTC'), sign * count(*), sign * sum(size_bytes)
                FROM changed GROUP BY 1, 2, 3, 4, 5;
                RETURN NULL;
            END $$;

            CREATE FUNCTION note_changed_%1$s() RETURNS trigger
            LANGUAGE plpgsql SECURITY DEFINER SET search_path = %3$I, pg_temp AS $$
            BEGIN
                INSERT INTO stored_changes (organization_id, space_id, store, tier, hour, objects, bytes)
                VALUES (OLD.organization_id, OLD.space_id, OLD.storage_provider, OLD.tier, date_trunc('hour', OLD.%2$I, 'UTC'), -1, -OLD.size_bytes),
                       (NEW.organization_id, NEW.space_id, NEW.storage_provider, NEW.tier, date_trunc('hour', NEW.%2$I, 'UTC'), 1, NEW.size_bytes);
                RETURN NULL;
            END $$;
            $f$, t.name, t.written_at, current_schema());
    END LOOP;
END $do$;

-- Adds up to so many changes to the totals, oldest first; says how many. One at a time: who comes second has nothing to do.
CREATE FUNCTION fold_stored_changes(most integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE folded bigint;
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtextextended('imageservice:stored', 0)) THEN
        RETURN 0;
    END IF;
    WITH taken AS (
        DELETE FROM stored_changes WHERE id IN (SELECT id FROM stored_changes ORDER BY id LIMIT most) RETURNING *),
    totals AS (
        INSERT INTO stored_totals AS t (organization_id, space_id, store, tier, objects, bytes)
        SELECT organization_id, space_id, store, tier, sum(objects), sum(bytes) FROM taken GROUP BY 1, 2, 3, 4
        ON CONFLICT (organization_id, space_id, store, tier) DO UPDATE SET objects = t.objects + EXCLUDED.objects, bytes = t.bytes + EXCLUDED.bytes),
    hours AS (
        INSERT INTO stored_hours AS h (organization_id, hour, store, objects)
        SELECT organization_id, hour, store, sum(objects) FROM taken GROUP BY 1, 2, 3 HAVING sum(objects) <> 0
        ON CONFLICT (organization_id, hour, store) DO UPDATE SET objects = h.objects + EXCLUDED.objects)
    SELECT count(*) INTO folded FROM taken;
    RETURN folded;
END $$;

-- Counts the rows of an organization and mends its totals; says how many were wrong. Rows and totals are read in one statement, hence at one moment: writers
-- need not wait, and what they do meanwhile is in both or in neither. What is wrong is added, never set.
CREATE FUNCTION recount_stored(organization uuid) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE mended bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('imageservice:stored', 0));
    WITH there AS MATERIALIZED (
        SELECT space_id, storage_provider AS store, tier, date_trunc('hour', created_at, 'UTC') AS hour, count(*) AS objects, sum(size_bytes) AS bytes
        FROM variants WHERE organization_id = organization GROUP BY 1, 2, 3, 4
        UNION ALL
        SELECT space_id, storage_provider, tier, date_trunc('hour', uploaded_at, 'UTC'), count(*), sum(size_bytes)
        FROM asset_versions WHERE organization_id = organization GROUP BY 1, 2, 3, 4),
    totals AS (
        INSERT INTO stored_totals AS t (organization_id, space_id, store, tier, objects, bytes)
        SELECT organization, space_id, store, tier, sum(objects), sum(bytes)
        FROM (SELECT space_id, store, tier, objects, bytes FROM there
              UNION ALL
              SELECT space_id, store, tier, -objects, -bytes FROM stored_now WHERE organization_id = organization) AS x
        GROUP BY 2, 3, 4 HAVING sum(objects) <> 0 OR sum(bytes) <> 0
        ON CONFLICT (organization_id, space_id, store, tier) DO UPDATE SET objects = t.objects + EXCLUDED.objects, bytes = t.bytes + EXCLUDED.bytes
        RETURNING 1),
    hours AS (
        INSERT INTO stored_hours AS h (organization_id, hour, store, objects)
        SELECT organization, hour, store, sum(objects)
        FROM (SELECT hour, store, objects FROM there
              UNION ALL
              SELECT hour, store, -objects FROM stored_by_hour WHERE organization_id = organization) AS x
        GROUP BY 2, 3 HAVING sum(objects) <> 0
        ON CONFLICT (organization_id, hour, store) DO UPDATE SET objects = h.objects + EXCLUDED.objects
        RETURNING 1)
    SELECT (SELECT count(*) FROM totals) + (SELECT count(*) FROM hours) INTO mended;
    DELETE FROM stored_totals WHERE organization_id = organization AND objects = 0 AND bytes = 0;
    DELETE FROM stored_hours WHERE organization_id = organization AND objects = 0;
    RETURN mended;
END $$;

DO $$
DECLARE f text;
BEGIN
    FOREACH f IN ARRAY ARRAY['fold_stored_changes(integer)', 'recount_stored(uuid)'] LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', f, current_schema());
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO imageservice_app', f);
    END LOOP;
END $$;
