-- Which assets a preset makes its variants for: all where both lists are empty, else any of the tags, or any of the folders or below one.
CREATE FUNCTION preset_matches(tags text[], folders text[], asset_tags text[], asset_folder text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT cardinality(tags) = 0 AND cardinality(folders) = 0
        OR asset_tags && tags
        OR EXISTS (
            SELECT FROM unnest(folders) AS f(folder)
            WHERE asset_folder = coalesce(nullif(rtrim(f.folder, '/'), ''), '/') OR starts_with(asset_folder, rtrim(f.folder, '/') || '/'))
$$;

SELECT protect_by_organization('preset_generations', 'SELECT, INSERT, UPDATE, DELETE');
