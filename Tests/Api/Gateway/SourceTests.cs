using ImageService.Core.Engine;
using ImageService.Core.Registry;
using ImageService.Core.Storage;
using ImageService.Tests.Acceptance;
using ImageService.Tests.Core.Engine;
using ImageService.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.Gateway;

/// <summary>Which bytes an image is made of.</summary>
public sealed class SourceTests(PostgresServer postgres, RedisServer redis) : GatewayTest(postgres, redis)
{
    [Fact]
    public async Task An_original_that_decodes_but_cannot_be_taken_apart_is_encoded_anew_and_never_delivered_as_it_is()
    {
        // The picture is whole; instead of the end comes a segment that claims to be longer than the file.
        byte[] odd = [.. Pictures.OrientedJpeg(120, 80, 17, orientation: 1)[..^2], 0xFF, 0xED, 0xFF, 0xF0, .. "secret-tail"u8];
        var path = Path.Combine(Servers.Folder, "odd.jpg");
        await File.WriteAllBytesAsync(path, odd, Ct);
        using (var decoder = Workbench.Decoder())
            (await decoder.DecodeAsync(path, Workbench.Anything, Ct)).IsSuccess.ShouldBeTrue("The upload would be accepted.");

        var asset = await (await Stack.NewSpaceAsync()).AddAsync(odd, 120, 80, AssetAccess.Public);
        var (bytes, response) = await ImageAsync(Stack, asset.Public("original.jpg"));
        response.Content.Headers.ContentType!.MediaType.ShouldBe("image/jpeg");
        Pictures.Size(bytes).ShouldBe((120, 80, 1));
        bytes.AsSpan().IndexOf("secret-tail"u8).ShouldBe(-1);
        bytes.AsSpan().IndexOf("Exif"u8).ShouldBe(-1);
    }

    [Fact]
    public async Task An_intermediate_that_another_revision_of_the_engine_made_is_not_read()
    {
        var space = await Stack.NewSpaceAsync();
        var asset = await space.AddAsync();
        var store = Stack.Services.GetRequiredService<IObjectStore>();
        var outdated = ObjectKey.Intermediate(space.OrganizationId, asset.Id.Value, 1, "0-outdated");
        await using (var content = new MemoryStream(Pictures.Jpeg(40, 400, 5)))
            await store.PutAsync(outdated, content, "image/jpeg", Ct);
        await using var db = space.Db();
        await db.AssetVersions.Where(row => row.AssetId == asset.Id.Value).ExecuteUpdateAsync(row => row.SetProperty(it => it.IntermediateKey, outdated), Ct);

        var (bytes, _) = await ImageAsync(Stack, asset.Public("w_100.png"));
        using var made = NetVips.Image.NewFromBuffer(bytes);
        using var expected = Workbench.Open(await Workbench.MakeAsync(asset.Original, "w_100", ImageService.Core.Operations.ImageFormat.Png));
        Workbench.Distance(made, expected).ShouldBeLessThan(3);
        (await db.AssetVersions.Where(row => row.AssetId == asset.Id.Value).Select(row => row.IntermediateKey).SingleAsync(Ct))
            .ShouldBe(ObjectKey.Intermediate(space.OrganizationId, asset.Id.Value, 1, EngineRevision.ForIntermediate));
    }
}
