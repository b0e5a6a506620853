SELECT protect_by_organization('overlays', 'SELECT, INSERT, UPDATE, DELETE');

-- What was agreed once stays: a revision of an overlay is never rewritten, nor is a font.
SELECT protect_by_organization('overlay_revisions', 'SELECT, INSERT, DELETE');
SELECT protect_by_organization('fonts', 'SELECT, INSERT, DELETE');

CREATE TRIGGER notify_fact AFTER INSERT OR UPDATE OR DELETE ON overlays FOR EACH ROW EXECUTE FUNCTION notify_fact('organization_id', 'slug');
CREATE TRIGGER notify_fact AFTER INSERT OR UPDATE OR DELETE ON overlay_revisions FOR EACH ROW EXECUTE FUNCTION notify_fact('organization_id', 'overlay_id');
CREATE TRIGGER notify_fact AFTER INSERT OR UPDATE OR DELETE ON fonts FOR EACH ROW EXECUTE FUNCTION notify_fact('organization_id', 'slug');
