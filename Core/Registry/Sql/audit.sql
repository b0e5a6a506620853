-- The audit log numbers each organization's rows without gaps and chains each row to the one before by SHA-256.

-- The newest number and hash of each organization: without it, cutting off the end would go unnoticed.
CREATE TABLE audit_heads (
    organization_id uuid PRIMARY KEY,
    sequence bigint NOT NULL,
    hash bytea NOT NULL
);

-- The one definition of what is hashed. A JSON array is unambiguous, jsonb's text is canonical, and the time does not depend on settings.
CREATE FUNCTION audit_text(entry audit_logs) RETURNS text
LANGUAGE sql STABLE
RETURN jsonb_build_array(
    entry.id, entry.organization_id, entry.sequence, to_char(entry.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
    entry.actor_type, entry.actor_id, entry.actor_name, entry.action, entry.resource_type, entry.resource_id,
    entry.ip::text, entry.user_agent, entry.before, entry.after)::text;

CREATE FUNCTION audit_hash(previous bytea, entry audit_logs) RETURNS bytea
LANGUAGE sql STABLE
RETURN sha256(previous || convert_to(audit_text(entry), 'UTF8'));

-- What the first row of an organization is chained to.
CREATE FUNCTION audit_origin(organization uuid) RETURNS bytea
LANGUAGE sql STABLE
RETURN sha256(convert_to('audit ' || organization::text, 'UTF8'));

-- A writer can choose neither number nor hash.
CREATE FUNCTION audit_clear() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    NEW.sequence := NULL;
    NEW.hash := NULL;
    RETURN NEW;
END $$;

CREATE TRIGGER audit_clear BEFORE INSERT ON audit_logs FOR EACH ROW EXECUTE FUNCTION audit_clear();

-- Runs when the transaction commits, so that the organization's lock is held only then and always taken last: writers do not
-- wait for each other's work and cannot deadlock on it. Defined by the owner, because the application may not update these tables.
CREATE FUNCTION audit_chain() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    entry audit_logs;
    head audit_heads;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('audit ' || NEW.organization_id::text, 0));
    SELECT * INTO head FROM audit_heads WHERE organization_id = NEW.organization_id;
    IF NOT FOUND THEN
        head := (NEW.organization_id, 0, audit_origin(NEW.organization_id));
    END IF;
    entry := NEW;
    entry.sequence := head.sequence + 1;
    entry.hash := audit_hash(head.hash, entry);
    UPDATE audit_logs SET sequence = entry.sequence, hash = entry.hash WHERE id = entry.id;
    INSERT INTO audit_heads VALUES (entry.organization_id, entry.sequence, entry.hash)
    ON CONFLICT (organization_id) DO UPDATE SET sequence = EXCLUDED.sequence, hash = EXCLUDED.hash;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER audit_chain AFTER INSERT ON audit_logs
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_chain();

-- Rows that are not what was written, first one first. Finds a changed row, a missing one (before the next, or at the end) and one
-- that was slipped in unnumbered.
CREATE FUNCTION audit_verify(organization uuid)
RETURNS TABLE (fault text, sequence bigint, id uuid)
LANGUAGE sql STABLE AS $$
    WITH chain AS (
        SELECT a.id, a.sequence, a.hash,
               coalesce(lag(a.sequence) OVER w, 0) AS previous_sequence,
               audit_hash(coalesce(lag(a.hash) OVER w, audit_origin(organization)), a) AS expected
        FROM audit_logs a
        WHERE a.organization_id = organization AND a.sequence IS NOT NULL
        WINDOW w AS (ORDER BY a.sequence)
    ), faults AS (
        SELECT 'missing' AS fault, c.previous_sequence + 1 AS sequence, NULL::uuid AS id
        FROM chain c WHERE c.sequence <> c.previous_sequence + 1
        UNION ALL
        SELECT 'changed', c.sequence, c.id
        FROM chain c WHERE c.sequence = c.previous_sequence + 1 AND c.hash IS DISTINCT FROM c.expected
        UNION ALL
        SELECT 'missing', t.last + 1, NULL
        FROM (SELECT coalesce(max(c.sequence), 0) AS last FROM chain c) t
        WHERE t.last < (SELECT h.sequence FROM audit_heads h WHERE h.organization_id = organization)
        UNION ALL
        SELECT 'changed', c.sequence, c.id
        FROM chain c LEFT JOIN audit_heads h ON h.organization_id = organization
        WHERE c.sequence = (SELECT max(x.sequence) FROM chain x)
          AND (h.sequence IS NULL OR c.sequence > h.sequence OR (c.sequence = h.sequence AND c.hash <> h.hash))
        UNION ALL
        SELECT 'unnumbered', NULL, a.id
        FROM audit_logs a WHERE a.organization_id = organization AND a.sequence IS NULL
    )
    SELECT f.fault, f.sequence, f.id FROM faults f ORDER BY f.sequence NULLS LAST, f.fault LIMIT 1
$$;

-- The functions run as whoever verifies; the trigger's search path is fixed so that nobody can slip another table under it.
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION audit_chain() SET search_path = %I, pg_temp', current_schema());
END $$;
