-- Tells whoever watches an organization that something changed: which kind and where, never what. PostgreSQL sends equal notices of one transaction once.
-- Arguments: the kind; the payload is the kind, then the ids of organization, tenant and space as far as the row has them.
CREATE FUNCTION notify_change_of_space() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM pg_notify('changes', concat_ws(' ', TG_ARGV[0], OLD.organization_id, OLD.tenant_id, OLD.space_id));
    ELSE
        PERFORM pg_notify('changes', concat_ws(' ', TG_ARGV[0], NEW.organization_id, NEW.tenant_id, NEW.space_id));
        -- What moved is gone where it was.
        IF TG_OP = 'UPDATE' AND OLD.space_id IS DISTINCT FROM NEW.space_id THEN
            PERFORM pg_notify('changes', concat_ws(' ', TG_ARGV[0], OLD.organization_id, OLD.tenant_id, OLD.space_id));
        END IF;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION notify_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('changes', concat_ws(' ', TG_ARGV[0], CASE WHEN TG_OP = 'DELETE' THEN OLD.organization_id ELSE NEW.organization_id END));
    RETURN NULL;
END $$;

CREATE TRIGGER notify_change AFTER INSERT OR UPDATE OR DELETE ON assets FOR EACH ROW EXECUTE FUNCTION notify_change_of_space('assets');
CREATE TRIGGER notify_change AFTER INSERT OR UPDATE OR DELETE ON import_jobs FOR EACH ROW EXECUTE FUNCTION notify_change('jobs');
CREATE TRIGGER notify_change AFTER INSERT OR UPDATE OR DELETE ON store_moves FOR EACH ROW EXECUTE FUNCTION notify_change('jobs');
CREATE TRIGGER notify_change AFTER INSERT OR UPDATE OR DELETE ON preset_generations FOR EACH ROW EXECUTE FUNCTION notify_change('jobs');
CREATE TRIGGER notify_change AFTER INSERT OR UPDATE ON edge_purges FOR EACH ROW EXECUTE FUNCTION notify_change('jobs');
CREATE TRIGGER notify_change AFTER INSERT OR UPDATE OR DELETE ON members FOR EACH ROW EXECUTE FUNCTION notify_change('members');
CREATE TRIGGER notify_change AFTER INSERT OR UPDATE ON usage_hours FOR EACH ROW EXECUTE FUNCTION notify_change('usage');

SELECT protect_by_organization('edge_purges', 'SELECT, INSERT, UPDATE, DELETE');
