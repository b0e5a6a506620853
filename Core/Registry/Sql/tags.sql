-- The tags of assets once more, in the order in which a list reads them: of an organization and of a space, newest first. Kept by the database, whichever
-- release writes; the services only read.
CREATE FUNCTION keep_asset_tags() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        DELETE FROM asset_tags WHERE organization_id = OLD.organization_id AND tag = ANY (OLD.tags) AND asset_id = OLD.id;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO asset_tags (organization_id, tag, asset_id, space_id)
        SELECT NEW.organization_id, tag, NEW.id, NEW.space_id FROM unnest(NEW.tags) AS t(tag) WHERE tag IS NOT NULL
        ON CONFLICT DO NOTHING;
    END IF;
    RETURN NULL;
END $$;

DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION keep_asset_tags() SET search_path = %I, pg_temp', current_schema());
END $$;

CREATE TRIGGER keep_asset_tags AFTER INSERT OR DELETE ON assets FOR EACH ROW EXECUTE FUNCTION keep_asset_tags();
CREATE TRIGGER keep_changed_asset_tags AFTER UPDATE OF tags, organization_id, space_id ON assets FOR EACH ROW
    WHEN ((OLD.tags, OLD.organization_id, OLD.space_id) IS DISTINCT FROM (NEW.tags, NEW.organization_id, NEW.space_id)) EXECUTE FUNCTION keep_asset_tags();

SELECT protect_by_organization('asset_tags', 'SELECT');
