-- Every asset has a row from its first moment, whichever release writes it. Defined by the owner: the services change the time and nothing else.
CREATE FUNCTION add_asset_use() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    INSERT INTO asset_uses (asset_id, organization_id, space_id, last_used_at) VALUES (NEW.id, NEW.organization_id, NEW.space_id, '-infinity');
    RETURN NULL;
END $$;

DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION add_asset_use() SET search_path = %I, pg_temp', current_schema());
END $$;

CREATE TRIGGER add_asset_use AFTER INSERT ON assets FOR EACH ROW EXECUTE FUNCTION add_asset_use();

SELECT protect_by_organization('asset_uses', 'SELECT, UPDATE');
