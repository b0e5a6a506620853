using System.Security.Cryptography;
using System.Text.Json;

namespace ImageService.AppHost;

/// <summary>Secrets of a development run: made once, kept beside the data they protect, readable only by their owner.</summary>
internal sealed class RunSecrets(string folder)
{
    private const string Alphabet = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";

    private readonly Lock _lock = new();

    /// <summary>A password of 22 letters and digits.</summary>
    public string Password(string name) => GetOrMake(name, () => RandomNumberGenerator.GetString(Alphabet, 22));

    /// <summary>A key of 40 letters and digits, over 200 bits.</summary>
    public string Token(string name) => GetOrMake(name, () => RandomNumberGenerator.GetString(Alphabet, 40));

    /// <summary>A key of 32 bytes in base64.</summary>
    public string Key(string name) => GetOrMake(name, () => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));

    private string GetOrMake(string name, Func<string> make)
    {
        lock (_lock)
        {
            var file = Path.Combine(folder, "secrets.json");
            var known = File.Exists(file) ? JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(file))! : [];
            if (known.TryGetValue(name, out var secret))
                return secret;
            known[name] = secret = make();
            Directory.CreateDirectory(folder);
            PrivateFile.Write(file, JsonSerializer.Serialize(known));
            return secret;
        }
    }
}
