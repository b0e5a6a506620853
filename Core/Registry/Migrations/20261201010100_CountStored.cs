using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ImageService.Core.Registry.Migrations;

/// <summary>
/// From here on every change is noted, whichever release makes it, and what was there before is counted, an organization at a time. Outside a transaction, so
/// that no two tables are locked at once and writers go on while rows are counted; one that was broken off is made again.
/// </summary>
[DbContext(typeof(RegistryDb))]
[Migration("20261201010100_CountStored")]
internal sealed class CountStored : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        Note("variants", "created_at");
        Note("asset_versions", "uploaded_at");
        migrationBuilder.Sql(
            """
            DO $$
            DECLARE o uuid;
            BEGIN
                FOR o IN SELECT id FROM organizations LOOP
                    PERFORM recount_stored(o);
                    COMMIT;
                END LOOP;
            END $$;
            """,
            suppressTransaction: true);

        void Note(string table, string writtenAt)
        {
            string[] columns = ["organization_id", "space_id", "storage_provider", "tier", "size_bytes", writtenAt];
            Trigger($"note_stored_inserted AFTER INSERT ON {table} REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_stored_{table}()");
            Trigger($"note_stored_deleted AFTER DELETE ON {table} REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_stored_{table}()");
            Trigger(
                $"note_stored_changed AFTER UPDATE OF {string.Join(", ", columns)} ON {table} FOR EACH ROW "
                + $"WHEN (({Of("OLD")}) IS DISTINCT FROM ({Of("NEW")})) EXECUTE FUNCTION note_changed_{table}()");

            string Of(string row) => string.Join(", ", columns.Select(column => $"{row}.{column}"));
        }

        void Trigger(string trigger) => migrationBuilder.Sql($"CREATE OR REPLACE TRIGGER {trigger};", suppressTransaction: true);
    }

    protected override void Down(MigrationBuilder migrationBuilder) =>
        throw new System.NotSupportedException("Migrations only go forward; restore a backup instead.");
}
