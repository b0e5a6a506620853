using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using ImageService.Core.Ingestion;
using ImageService.Core.Registry;
using ImageService.Core.Storage;
using ImageService.Core.Tenancy;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Shouldly;
using Xunit;
using static ImageService.Tests.Core.Ingestion.IngestionFixture;

namespace ImageService.Tests.Core.Ingestion;

[Trait("Level", "Integration")]
public sealed class ImportRunnerTests(IngestionFixture ingestion) : IClassFixture<IngestionFixture>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_zip_becomes_assets_in_its_folders()
    {
        var space = await ingestion.NewSpaceAsync();
        var job =
            await RunZipAsync(space,
                Zip(("a.png", Png(1)), ("dir/", []), ("dir/b.png", Png(2)), ("dir/deep/c.png", Png(3)), ("again.png", Png(1)), ("__MACOSX/._a.png", [1]),
                    ("dir/.DS_Store", [1])));
        (job.State, job.Total, job.Imported, job.Deduplicated, job.Failed).ShouldBe((ImportState.Completed, 4, 3, 1, 0));
        await using var db = ingestion.Registry.ForOrganization(space.OrganizationId);
        var assets = await db.Assets.AsNoTracking()
            .OrderBy(asset => asset.Filename).Select(asset => new { asset.Filename, asset.Folder, asset.Tags }).ToListAsync(Ct);
        assets.Select(asset => (asset.Filename, asset.Folder)).ShouldBe([("a.png", "/in"), ("b.png", "/in/dir"), ("c.png", "/in/dir/deep")]);
        assets.ShouldAllBe(asset => asset.Tags.SequenceEqual(new[] { "bulk" }));
        await ingestion.ShouldBeConsistentAsync(space);
    }

    [Fact]
    public async Task Hostile_entries_are_refused_one_by_one_and_the_good_one_comes_in()
    {
        var space = await ingestion.NewSpaceAsync();
        var archive = Zip(
            ("../escape.png", Png(10)), ("a/../../escape.png", Png(10)), ("/etc/passwd.png", Png(10)), ("C:\\windows.png", Png(10)), ("a\\..\\b.png", Png(10)),
            ("a//b.png", Png(10)),
            ("nested.zip", Zip(("x.png", Png(10)))), ("disguised.png", Zip(("x.png", Png(10)))), ("bomb.png", new byte[30_000_000]),
            ("text.png", Encoding.ASCII.GetBytes("no picture")),
            ("truncated.png", Png(10)[..2000]), ("good.png", Png(11)));
        archive = WithSymbolicLink(archive, "text.png");
        var job = await RunZipAsync(space, archive);
        job.State.ShouldBe(ImportState.Completed);
        (job.Imported, job.Failed).ShouldBe((1, 11));
        var failures =
            JsonSerializer.Deserialize<ImportFailure[]>(job.Failures, JsonSerializerOptions.Web)!.ToDictionary(failure => failure.Name,
                failure => failure.Code + ": " + failure.Detail);
        failures["../escape.png"].ShouldContain("leaves its folder");
        failures["/etc/passwd.png"].ShouldContain("absolute");
        failures["nested.zip"].ShouldContain("archives inside archives");
        failures["disguised.png"].ShouldStartWith("unsupported_image_type");
        failures["bomb.png"].ShouldStartWith("payload_too_large");
        failures["text.png"].ShouldContain("symbolic link");
        failures["truncated.png"].ShouldStartWith("undecodable_image");
        await ingestion.ShouldBeConsistentAsync(space);
    }

    [Fact]
    public async Task An_encrypted_entry_is_refused()
    {
        var space = await ingestion.NewSpaceAsync();
        var job = await RunZipAsync(space, WithFlag(Zip(("secret.png", Png(12)), ("open.png", Png(13))), "secret.png", encrypted: true));
        (job.Imported, job.Failed).ShouldBe((1, 1));
        job.Failures.ShouldContain("encrypted");
    }

    [Theory]
    [InlineData("no zip")]
    [InlineData("cut off")]
    [InlineData("empty")]
    public async Task What_is_no_zip_fails_as_a_whole(string what)
    {
        var space = await ingestion.NewSpaceAsync();
        var zip = Zip(("a.png", Png(14)));
        var job = await RunZipAsync(space, what switch { "no zip" => Png(14), "cut off" => zip[..^30], _ => [] });
        job.State.ShouldBe(ImportState.Failed);
        job.Failures.ShouldContain("no ZIP");
        await ingestion.ShouldBeConsistentAsync(space);
    }

    [Fact]
    public async Task A_zip_of_too_many_entries_is_refused_before_its_directory_is_read()
    {
        var space = await ingestion.NewSpaceAsync();
        var entries = Enumerable.Range(0, 50).Select(i => ($"{i}.png", new byte[] { 1 })).ToArray();
        var job = await RunZipAsync(space, Zip(entries), options => options.MaxArchiveEntries = 49);
        (job.State, job.Total).ShouldBe((ImportState.Failed, 0));
        job.Failures.ShouldContain("more than 49 entries");
    }

    [Fact]
    public async Task A_zip_that_unpacks_to_too_much_is_refused()
    {
        var space = await ingestion.NewSpaceAsync();
        var job =
            await RunZipAsync(space, Zip(("a.png", new byte[600_000]), ("b.png", new byte[600_000])), options => options.MaxArchiveUnpackedBytes = 1_000_000);
        job.State.ShouldBe(ImportState.Failed);
        job.Failures.ShouldContain("unpacks to more than");
    }

    [Fact]
    public async Task An_entry_that_lies_about_its_size_is_stopped_at_the_limit()
    {
        var space = await ingestion.NewSpaceAsync((PolicyLevel.Space, "max_upload_bytes", "50000"));
        var archive = Zip(("liar.png", new byte[900_000]));
        var job = await RunZipAsync(space, WithDeclaredSize(archive, "liar.png", 1000));
        (job.State, job.Failed).ShouldBe((ImportState.Completed, 1));
        await ingestion.ShouldBeConsistentAsync(space);
    }

    [Fact]
    public async Task A_prefix_of_the_store_is_imported_and_stays_where_it_is()
    {
        var space = await ingestion.NewSpaceAsync();
        var root = ObjectKey.ImportPrefix(space.OrganizationId);
        await ingestion.Store.PutAsync(root + "2026/IMG 0001.PNG", new MemoryStream(Png(20)), "image/png", Ct);
        await ingestion.Store.PutAsync(root + "2026/notes.txt", new MemoryStream([1, 2, 3]), "text/plain", Ct);
        await ingestion.Store.PutAsync(root + "2025/old.png", new MemoryStream(Png(21)), "image/png", Ct);
        var job = await RunAsync(space, ImportSource.Prefix, "2026/", _ => { });
        (job.State, job.Total, job.Imported, job.Failed).ShouldBe((ImportState.Completed, 2, 1, 1));
        (await ingestion.Store.HeadAsync(root + "2026/IMG 0001.PNG", Ct)).ShouldNotBeNull();
        await ingestion.ShouldBeConsistentAsync(space);
    }

    [Fact]
    public async Task A_job_runs_once_even_if_it_is_asked_for_twice()
    {
        var space = await ingestion.NewSpaceAsync();
        var job = await RunZipAsync(space, Zip(("a.png", Png(22))));
        (await ingestion.Get<ImportRunner>().RunAsync(space.OrganizationId, job.Id, Ct)).ShouldBeTrue();
        await using var db = ingestion.Registry.ForOrganization(space.OrganizationId);
        (await db.ImportJobs.AsNoTracking().SingleAsync(Ct)).Imported.ShouldBe(1);
    }

    private async Task<ImportJob> RunZipAsync(SpaceScope space, byte[] archive, Action<IngestionOptions>? configure = null)
    {
        var key = ObjectKey.Staging(space.OrganizationId, Guid.CreateVersion7());
        await ingestion.Store.PutAsync(key, new MemoryStream(archive), "application/zip", Ct);
        return await RunAsync(space, ImportSource.Zip, key, configure ?? (_ => { }));
    }

    private async Task<ImportJob> RunAsync(SpaceScope space, ImportSource source, string key, Action<IngestionOptions> configure)
    {
        var options = new IngestionOptions();
        configure(options);
        await using var db = ingestion.Registry.ForOrganization(space.OrganizationId);
        var job = new ImportJob
        {
            OrganizationId = space.OrganizationId, TenantId = space.TenantId, SpaceId = space.SpaceId, Source = source, SourceKey = key,
            State = ImportState.Queued, Defaults = UploadDetails.Read(null, "/in", "bulk", null).Value.Write(),
            CreatedAt = DateTimeOffset.UtcNow, UpdatedAt = DateTimeOffset.UtcNow,
        };
        db.ImportJobs.Add(job);
        await db.SaveChangesAsync(Ct);
        var runner = new ImportRunner(
            ingestion.Registry, ingestion.Store, ingestion.Get<StagingArea>(), ingestion.Get<AssetIngestor>(), ingestion.Get<TenantDirectory>(),
            Options.Create(options), TimeProvider.System);
        (await runner.RunAsync(space.OrganizationId, job.Id, Ct)).ShouldBeTrue();
        return await db.ImportJobs.AsNoTracking().SingleAsync(row => row.Id == job.Id, Ct);
    }

    private static byte[] Zip(params (string Name, byte[] Content)[] entries)
    {
        using var memory = new MemoryStream();
        using (var archive = new ZipArchive(memory, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in entries)
            {
                using var stream = archive.CreateEntry(name).Open();
                stream.Write(content);
            }
        }

        return memory.ToArray();
    }

    private static byte[] WithSymbolicLink(byte[] archive, string name) =>
        Patched(archive, name, header => BinaryPrimitives.WriteUInt32LittleEndian(archive.AsSpan(header + 38), 0xA1FFu << 16));

    private static byte[] WithDeclaredSize(byte[] archive, string name, uint size) =>
        Patched(archive, name, header => BinaryPrimitives.WriteUInt32LittleEndian(archive.AsSpan(header + 24), size));

    private static byte[] WithFlag(byte[] archive, string name, bool encrypted) =>
        Patched(archive, name, header => archive[header + 8] |= (byte)(encrypted ? 1 : 0));

    /// <summary>Changes the central directory's header of an entry.</summary>
    private static byte[] Patched(byte[] archive, string name, Action<int> patch)
    {
        for (var at = 0; at + 46 + name.Length <= archive.Length; at++)
        {
            if (BinaryPrimitives.ReadUInt32LittleEndian(archive.AsSpan(at)) == 0x02014b50 && Encoding.UTF8.GetString(archive, at + 46, name.Length) == name)
            {
                patch(at);
                return archive;
            }
        }

        throw new InvalidOperationException("No such entry.");
    }
}
