using ImageService.Core.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Storage;

[Trait("Level", "Unit")]
public sealed class StorageOptionsTests
{
    private static readonly StorageOptionsValidator Validator = new();

    [Fact]
    public void Without_named_stores_there_is_one_folder_called_file()
    {
        var options = Bind([new("Storage:Root", "somewhere")]);
        options.Named().Select(store => (store.Name, store.Options.Root)).ShouldBe([("file", "somewhere")]);
    }

    [Fact]
    public void The_default_store_comes_first_and_the_others_by_name()
    {
        var options = Bind([.. S3("main"), .. S3("acme"), new("Storage:Default", "main")]);
        options.Named().Select(store => store.Name).ShouldBe(["main", "acme"]);
        Bind([.. S3("main"), .. S3("acme")]).Named()[0].Name.ShouldBe("acme");
    }

    [Fact]
    public void A_connection_string_of_a_stores_name_is_as_good_as_one_in_its_section()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(
        [
            new("Storage:Stores:azure:Provider", "azure"), new("Storage:Stores:azure:Container", "images"),
            new("ConnectionStrings:azure", "UseDevelopmentStorage=true"),
        ]).Build();
        using var services = new ServiceCollection().AddSingleton<IConfiguration>(configuration).AddStorage().BuildServiceProvider();

        services.GetRequiredService<IOptions<StorageOptions>>().Value.Stores["azure"].ConnectionString.ShouldBe("UseDevelopmentStorage=true");
    }

    [Theory]
    [InlineData("Storage:Default", "other", "Storage:Default")]
    [InlineData("Storage:Stores:main:Bucket", "", "Storage:Stores:main:Bucket")]
    [InlineData("Storage:Stores:main:Profile", "ibm", "Known: aws, b2, ceph")]
    [InlineData("Storage:Stores:main:ServiceUrl", "ftp://host", "http or https")]
    [InlineData("Storage:Stores:main:AccessKey", "key", "belong together")]
    [InlineData("Storage:Stores:main:SignPayload", "false", "https only")]
    [InlineData("Storage:Stores:main:Provider", "tape", "Known: file, s3, minio, azure, gcs")]
    [InlineData("Storage:Stores:main:Provider", "minio", "AccessKey and Storage:Stores:main:SecretKey are needed")]
    [InlineData("Storage:Stores:Main Store:Provider", "file", "is no name")]
    public void A_wrong_value_is_named_with_what_would_do(string key, string value, string told) =>
        Validator.Validate(null, Bind([.. S3("main"), new(key, value)])).FailureMessage.ShouldNotBeNull().ShouldContain(told);

    [Fact]
    public void A_whole_store_passes_and_every_profile_is_whole()
    {
        foreach (var profile in S3Profile.All.Keys)
            Validator.Validate(null,
                Bind([.. S3("main"), new("Storage:Stores:main:Profile", profile),
                    new("Storage:Stores:main:ServiceUrl", "https://host")])).Failed.ShouldBeFalse();
    }

    [Fact]
    public void The_text_of_a_store_shows_no_secret() =>
        new StoreOptions { AccessKey = "k3y", SecretKey = "s3cret", ConnectionString = "AccountKey=s3cret" }.ToString().ShouldNotContain("s3cret");

    private static KeyValuePair<string, string?>[] S3(string name) =>
    [
        new($"Storage:Stores:{name}:Provider", "s3"), new($"Storage:Stores:{name}:Profile", "minio"), new($"Storage:Stores:{name}:ServiceUrl", "http://host"),
        new($"Storage:Stores:{name}:Bucket", "images"),
    ];

    private static StorageOptions Bind(KeyValuePair<string, string?>[] settings)
    {
        var options = new StorageOptions();
        var last = settings.GroupBy(setting => setting.Key, StringComparer.Ordinal).Select(setting => setting.Last());
        new ConfigurationBuilder().AddInMemoryCollection(last).Build().GetSection(StorageOptions.Section).Bind(options);
        return options;
    }
}
