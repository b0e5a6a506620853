-- An upload of bytes that a live asset of the space already holds is refused by ux_assets_space_content. A replacement or a restore
-- may lead to the same bytes twice; the later one is then marked, and uploads keep finding the earlier one.
CREATE FUNCTION mark_duplicate() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.deleted_at IS NULL AND (NEW.content_hash <> OLD.content_hash OR OLD.deleted_at IS NOT NULL) THEN
        PERFORM pg_advisory_xact_lock(hashtextextended('content ' || NEW.space_id::text || NEW.content_hash, 0));
        NEW.is_duplicate := EXISTS (
            SELECT FROM assets a
            WHERE a.space_id = NEW.space_id AND a.content_hash = NEW.content_hash AND a.id <> NEW.id
              AND a.deleted_at IS NULL AND NOT a.is_duplicate);
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER mark_duplicate BEFORE UPDATE OF content_hash, deleted_at ON assets FOR EACH ROW EXECUTE FUNCTION mark_duplicate();
