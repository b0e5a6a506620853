SELECT protect_by_organization('hosts', 'SELECT, INSERT, UPDATE, DELETE');
SELECT protect_by_organization('aliases', 'SELECT, INSERT, UPDATE, DELETE');

CREATE TRIGGER notify_fact AFTER INSERT OR UPDATE OR DELETE ON hosts FOR EACH ROW EXECUTE FUNCTION notify_fact('organization_id', 'hostname');

-- An import of many rows is one notice: the server sends equal ones of a transaction once.
CREATE TRIGGER notify_fact AFTER INSERT OR UPDATE OR DELETE ON aliases FOR EACH ROW EXECUTE FUNCTION notify_fact('organization_id', 'hostname');
