namespace Aspire.Hosting.ApplicationModel;

/// <summary>A value that is given from outside, such as a secret.</summary>
public sealed class ParameterResource(string name, Func<string> value, bool secret) : Resource(name), IValueProvider, IManifestExpressionProvider
{
    private readonly Lazy<string> _value = new(value);

    public bool Secret { get; } = secret;

    public string? Description { get; set; }

    /// <summary>What a deployment tool may use when nothing is given; null: it must ask.</summary>
    public ParameterDefault? Default { get; init; }

    public string ValueExpression => $"{{{Name}.value}}";

    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) => ValueTask.FromResult<string?>(_value.Value);
}

/// <summary>What a parameter is when nothing is given.</summary>
public abstract class ParameterDefault
{
    public abstract string GetDefaultValue();
}

/// <summary>A random text, made by the deployment tool.</summary>
public sealed class GenerateParameterDefault : ParameterDefault
{
    public int MinLength { get; set; }

    /// <summary>Whether it may hold characters other than letters and digits.</summary>
    public bool Special { get; set; } = true;

    public override string GetDefaultValue() =>
        System.Security.Cryptography.RandomNumberGenerator.GetString("abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789", Math.Max(MinLength, 22));
}
