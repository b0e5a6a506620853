using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ImageService.Core.Registry.Migrations;

/// <summary>
/// Assets that were there before get the rows of their tags, some thousand at a time: locked meanwhile, so that no tag is noted that was just taken away, and
/// for so short a time that nobody waits long. One that was broken off is made again.
/// </summary>
[DbContext(typeof(RegistryDb))]
[Migration("20261201020100_KnownAssetTags")]
internal sealed class KnownAssetTags : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(
        """
        DO $$
        DECLARE
            page uuid[];
            last uuid := '00000000-0000-0000-0000-000000000000';
        BEGIN
            LOOP
                page := ARRAY(SELECT id FROM assets WHERE id > last ORDER BY id LIMIT 5000);
                EXIT WHEN cardinality(page) = 0;
                INSERT INTO asset_tags (organization_id, tag, asset_id, space_id)
                SELECT a.organization_id, t.tag, a.id, a.space_id
                FROM (SELECT * FROM assets WHERE id = ANY (page) AND tags <> '{}' ORDER BY id FOR SHARE) AS a, unnest(a.tags) AS t(tag)
                WHERE t.tag IS NOT NULL
                ON CONFLICT DO NOTHING;
                last := page[cardinality(page)];
                COMMIT;
            END LOOP;
        END $$;
        """,
        suppressTransaction: true);

    protected override void Down(MigrationBuilder migrationBuilder) =>
        throw new System.NotSupportedException("Migrations only go forward; restore a backup instead.");
}
