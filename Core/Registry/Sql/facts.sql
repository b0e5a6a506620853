-- Tells every process which facts changed, in the transaction that changed them: the message is sent if and when it commits.
-- Arguments: the column of the organization ('' for none) and the column that names the fact.
CREATE FUNCTION notify_fact() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    fact jsonb := to_jsonb(CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END);
    key text := fact ->> TG_ARGV[1];
BEGIN
    PERFORM pg_notify('facts', json_build_object(
        'table', TG_TABLE_NAME,
        'organizationId', fact ->> TG_ARGV[0],
        'key', CASE WHEN starts_with(key, '\x') THEN substr(key, 3) ELSE key END)::text);
    RETURN NULL;
END $$;

CREATE TRIGGER notify_fact AFTER INSERT OR UPDATE OR DELETE ON organizations FOR EACH ROW EXECUTE FUNCTION notify_fact('id', 'slug');
CREATE TRIGGER notify_fact AFTER INSERT OR UPDATE OR DELETE ON tenants FOR EACH ROW EXECUTE FUNCTION notify_fact('organization_id', 'slug');
CREATE TRIGGER notify_fact AFTER INSERT OR UPDATE OR DELETE ON spaces FOR EACH ROW EXECUTE FUNCTION notify_fact('organization_id', 'slug');
CREATE TRIGGER notify_fact AFTER INSERT OR UPDATE OR DELETE ON policies FOR EACH ROW EXECUTE FUNCTION notify_fact('organization_id', 'key');
CREATE TRIGGER notify_fact AFTER INSERT OR UPDATE OR DELETE ON presets FOR EACH ROW EXECUTE FUNCTION notify_fact('organization_id', 'slug');
CREATE TRIGGER notify_fact AFTER INSERT OR UPDATE OR DELETE ON preset_revisions FOR EACH ROW EXECUTE FUNCTION notify_fact('organization_id', 'preset_id');
CREATE TRIGGER notify_fact AFTER INSERT OR UPDATE OR DELETE ON assets FOR EACH ROW EXECUTE FUNCTION notify_fact('organization_id', 'id');
CREATE TRIGGER notify_fact AFTER INSERT OR UPDATE OR DELETE ON asset_versions FOR EACH ROW EXECUTE FUNCTION notify_fact('organization_id', 'asset_id');
CREATE TRIGGER notify_fact AFTER INSERT OR UPDATE OR DELETE ON members FOR EACH ROW EXECUTE FUNCTION notify_fact('organization_id', 'user_id');
CREATE TRIGGER notify_fact AFTER INSERT OR UPDATE OR DELETE ON identity_providers FOR EACH ROW EXECUTE FUNCTION notify_fact('organization_id', 'id');
CREATE TRIGGER notify_fact AFTER INSERT OR UPDATE OR DELETE ON webhooks FOR EACH ROW EXECUTE FUNCTION notify_fact('organization_id', 'id');

-- Only what decides access: the notes of last use, counted requests and failed sign-ins change all the time and forget nothing.
CREATE TRIGGER notify_fact AFTER INSERT OR DELETE OR UPDATE OF name, secret_hash, previous_secret_hash, previous_secret_valid_until, scopes,
    allowed_addresses, expires_at, revoked_at ON api_keys FOR EACH ROW EXECUTE FUNCTION notify_fact('organization_id', 'key_id');
CREATE TRIGGER notify_fact AFTER INSERT OR DELETE OR UPDATE OF protected_secret, state, verify_until ON signing_keys
    FOR EACH ROW EXECUTE FUNCTION notify_fact('organization_id', 'kid');
CREATE TRIGGER notify_fact AFTER INSERT OR DELETE OR UPDATE OF revoked_at ON user_sessions FOR EACH ROW EXECUTE FUNCTION notify_fact('', 'token_hash');
CREATE TRIGGER notify_fact AFTER DELETE OR UPDATE OF email, password_hash, disabled_at ON users FOR EACH ROW EXECUTE FUNCTION notify_fact('', 'id');
