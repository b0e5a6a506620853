-- Fills a migrated, empty registry: psql -v variants=10000000 -f fill.sql. An asset has ten variants; one variant in twenty was never fetched, one in ten
-- thousand is due to be removed; one original in a thousand is due for another storage class. Indexes and constraints are taken away
-- meanwhile and made again as they were: ten million rows one by one take hours.
\set ON_ERROR_STOP on
SET session_replication_role = replica; -- no triggers
SET app.system = 'on';

CREATE TEMP TABLE kept AS
SELECT conrelid::regclass AS relation, conname::text AS name,
       format('ALTER TABLE %s ADD CONSTRAINT %I %s%s', conrelid::regclass, conname, replace(pg_get_constraintdef(oid), ' NOT VALID', ''),
           CASE WHEN contype IN ('f', 'c') THEN ' NOT VALID' END) AS made,
       CASE contype WHEN 'f' THEN 1 WHEN 'c' THEN 2 ELSE 3 END AS place
FROM pg_constraint WHERE conrelid IN ('assets'::regclass, 'asset_versions'::regclass, 'asset_uses'::regclass, 'variants'::regclass)
   OR confrelid IN ('assets'::regclass, 'asset_versions'::regclass)
UNION ALL
SELECT NULL, indexrelid::regclass::text, pg_get_indexdef(indexrelid), 4
FROM pg_index i WHERE indrelid IN ('assets'::regclass, 'asset_versions'::regclass, 'asset_uses'::regclass, 'variants'::regclass)
  AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid);
SELECT CASE place WHEN 4 THEN format('DROP INDEX %s', name) ELSE format('ALTER TABLE %s DROP CONSTRAINT %I', relation, name) END FROM kept ORDER BY place \gexec

\set organization '''00000000-0000-7000-8000-000000000001'''
\set tenant '''00000000-0000-7000-8000-000000000002'''
\set space '''00000000-0000-7000-8000-000000000003'''
INSERT INTO organizations (id, slug, name, created_at, updated_at) VALUES (:organization, 'acme', 'Acme', now(), now());
INSERT INTO tenants (id, organization_id, slug, name, created_at, updated_at) VALUES (:tenant, :organization, 'site', 'Site', now(), now());
INSERT INTO spaces (id, organization_id, tenant_id, slug, name, default_access, created_at, updated_at)
VALUES (:space, :organization, :tenant, 'open', 'Open', 'public', now(), now());

-- Ids begin with the time, as those of the service do.
INSERT INTO assets (id, organization_id, tenant_id, space_id, current_version, content_hash, is_duplicate, filename, folder, tags, access, metadata,
    variant_generation, uploaded_at, updated_at)
SELECT (lpad(to_hex(1700000000000 + n * 60000), 12, '0') || '70008' || substr(md5('a' || n), 1, 15))::uuid, :organization, :tenant, :space, 1,
    repeat(md5('asset' || n), 2), false, 'photo photo' || n || '.jpg', '/f' || n % 1000,
    ARRAY['t' || n % 1000] || CASE WHEN n <= 500 THEN ARRAY['first'] END, 'public', '{}', 0,
    to_timestamp(1700000000 + n * 60), to_timestamp(1700000000 + n * 60)
FROM generate_series(1, :variants::bigint / 10) n;
INSERT INTO asset_versions (id, organization_id, space_id, asset_id, version, storage_key, storage_provider, intermediate_key, intermediate_width,
    intermediate_height, tier, size_bytes, content_hash, format, width, height, has_alpha, frames, palette, uploaded_at)
SELECT id, organization_id, space_id, id, 1, below || 'original', 'file', below || 'intermediate-1', 2000, 1500,
    CASE WHEN extract(epoch FROM uploaded_at)::bigint / 60 % 1000 = 0 THEN 'hot' ELSE 'cold' END, 4000000, content_hash, 'jpg', 4000, 3000,
    false, 1, '{}', uploaded_at
FROM assets, LATERAL (SELECT replace(organization_id || '/' || id, '-', '') || '/v1/' AS below) of_it;
INSERT INTO asset_uses (asset_id, organization_id, space_id, last_used_at) SELECT id, organization_id, space_id, uploaded_at FROM assets;
INSERT INTO variants (id, organization_id, space_id, asset_id, version, operations, operations_hash, format, storage_key, storage_provider, size_bytes,
    content_hash, width, height, processing_time_ms, preset, tier, access_count, last_accessed_at, created_at)
SELECT (lpad(to_hex(1700000000000 + n * 6000), 12, '0') || '70008' || substr(hash, 1, 15))::uuid, organization_id, space_id, id, 1, 'fmt_jpg-w_' || k * 100,
    repeat(md5('h' || k), 2), 'jpg',
    replace(organization_id || '/' || id, '-', '') || '/v1/variants/' || left(hash, 2) || '/' || hash || hash || '.jpg', 'file', 40000,
    hash || hash, k * 100, 100, (n * 7919) % 1000, NULL, 'hot',
    CASE WHEN n % 20 = 0 THEN 0 ELSE 1 + n % 50 END,
    CASE WHEN n % 20 = 0 THEN NULL ELSE now() - (n % 60) * interval '1 day' END,
    CASE WHEN n % 10000 = 0 THEN now() - interval '100 days' ELSE now() - (n % 80) * interval '1 day' END
FROM (SELECT organization_id, space_id, id, row_number() OVER (ORDER BY id) - 1 AS m FROM assets) a,
    LATERAL (SELECT k, a.m * 10 + k AS n, md5('v' || (a.m * 10 + k)) AS hash FROM generate_series(1, 10) k) of_it;

SET maintenance_work_mem = '512MB';
SELECT made FROM kept ORDER BY place DESC \gexec
-- What triggers would have kept.
INSERT INTO asset_tags (organization_id, tag, asset_id, space_id) SELECT a.organization_id, tag, a.id, a.space_id FROM assets a, unnest(a.tags) AS tag;
RESET session_replication_role;
VACUUM (ANALYZE) assets, asset_tags, asset_versions, asset_uses, variants;
SELECT recount_stored(:organization);
VACUUM (ANALYZE) stored_totals, stored_hours, stored_changes;
