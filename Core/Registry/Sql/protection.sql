-- Row-level security. Every table that belongs to an organization is protected by protect_by_organization(table); a test
-- fails on one that is not. The organization of a unit of work is the setting app.organization_id; app.system = 'on' lifts
-- the boundary for the few questions asked before an organization is known and for the worker's sweeps.

CREATE FUNCTION protect_by_organization(target regclass, privileges text, organization_column name DEFAULT 'organization_id') RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', target);
    EXECUTE format(
        'CREATE POLICY organization_boundary ON %s USING ('
        '%I = NULLIF(current_setting(''app.organization_id'', true), '''')::uuid OR current_setting(''app.system'', true) = ''on'')',
        target, organization_column);
    EXECUTE format('GRANT %s ON %s TO imageservice_app', privileges, target);
END $$;

REVOKE ALL ON FUNCTION protect_by_organization(regclass, text, name) FROM PUBLIC;

DO $$
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO imageservice_app', current_schema());
END $$;

SELECT protect_by_organization('organizations', 'SELECT, INSERT, UPDATE, DELETE', 'id');

SELECT protect_by_organization(t::regclass, 'SELECT, INSERT, UPDATE, DELETE')
FROM unnest(ARRAY[
    'tenants', 'spaces', 'policies', 'presets', 'assets', 'asset_versions', 'variants', 'api_keys', 'signing_keys', 'members',
    'identity_providers', 'usage_hours', 'quota_counters', 'outbox_messages', 'idempotency_keys', 'uploads', 'import_jobs',
    'webhooks', 'webhook_deliveries']) AS t;

-- What was agreed once stays: a revision of a preset is never rewritten.
SELECT protect_by_organization('preset_revisions', 'SELECT, INSERT, DELETE');

-- The audit log is append-only for the application.
SELECT protect_by_organization('audit_logs', 'SELECT, INSERT');
SELECT protect_by_organization('audit_heads', 'SELECT');

-- People belong to no organization. An organization sees those who are its members; everything else about people is the system's.
ALTER TABLE users ENABLE ROW LEVEL SECURITY;
ALTER TABLE users FORCE ROW LEVEL SECURITY;
CREATE POLICY system_only ON users USING (current_setting('app.system', true) = 'on');
CREATE POLICY members_are_seen ON users FOR SELECT USING (EXISTS (
    SELECT FROM members m
    WHERE m.user_id = users.id AND m.organization_id = NULLIF(current_setting('app.organization_id', true), '')::uuid));

ALTER TABLE user_sessions ENABLE ROW LEVEL SECURITY;
ALTER TABLE user_sessions FORCE ROW LEVEL SECURITY;
CREATE POLICY system_only ON user_sessions USING (current_setting('app.system', true) = 'on');

ALTER TABLE user_tokens ENABLE ROW LEVEL SECURITY;
ALTER TABLE user_tokens FORCE ROW LEVEL SECURITY;
CREATE POLICY system_only ON user_tokens USING (current_setting('app.system', true) = 'on');

GRANT SELECT, INSERT, UPDATE, DELETE ON users, user_sessions, user_tokens TO imageservice_app;

-- Schemas of the libraries that keep their own tables (jobs): theirs to fill.
CREATE SCHEMA IF NOT EXISTS hangfire;
GRANT USAGE, CREATE ON SCHEMA hangfire TO imageservice_app;
