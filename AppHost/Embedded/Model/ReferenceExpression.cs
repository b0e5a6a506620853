using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>
/// Text with holes for values that are not known yet: <c>$"Host={endpoint};Password={parameter}"</c> keeps the references, so that run mode fills in
/// values and publish mode writes expressions.
/// </summary>
public sealed class ReferenceExpression : IValueProvider, IManifestExpressionProvider
{
    private readonly IReadOnlyList<object> _holes;

    private ReferenceExpression(string format, IReadOnlyList<object> holes)
    {
        Format = format;
        _holes = holes;
    }

    /// <summary>A composite format string: <c>Host={0};Password={1}</c>.</summary>
    public string Format { get; }

    /// <summary>What fills the holes of <see cref="Format"/>.</summary>
    public IReadOnlyList<IValueProvider> ValueProviders => [.. _holes.Cast<IValueProvider>()];

    /// <summary>The text for the manifest, with the expressions of the references in the holes.</summary>
    public string ValueExpression => string.Format(
        CultureInfo.InvariantCulture, Format, [.. _holes.Select(hole => (object)((IManifestExpressionProvider)hole).ValueExpression)]);

    public static ReferenceExpression Create(in ExpressionInterpolatedStringHandler handler) => handler.Build();

    public async ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default)
    {
        var values = new object?[_holes.Count];
        for (var i = 0; i < values.Length; i++)
            values[i] = await ((IValueProvider)_holes[i]).GetValueAsync(cancellationToken);
        return string.Format(CultureInfo.InvariantCulture, Format, values);
    }

    /// <summary>What the compiler turns an interpolated string into.</summary>
    [InterpolatedStringHandler]
    public readonly ref struct ExpressionInterpolatedStringHandler(int literalLength, int formattedCount)
    {
        private readonly StringBuilder _format = new(literalLength);
        private readonly List<object> _holes = new(formattedCount);

        public void AppendLiteral(string value) => _format.Append(Escape(value));

        /// <summary>Plain text is part of the format, not a reference.</summary>
        public void AppendFormatted(string? value) => _format.Append(Escape(value ?? ""));

        public void AppendFormatted<T>(T value) where T : IValueProvider, IManifestExpressionProvider
        {
            _format.Append('{').Append(_holes.Count).Append('}');
            _holes.Add(value);
        }

        public void AppendFormatted<T>(IResourceBuilder<T> value) where T : IResource
        {
            if (value.Resource is not (IValueProvider and IManifestExpressionProvider))
                throw new ArgumentException($"Resource {value.Resource.Name} has no value to refer to.", nameof(value));
            _format.Append('{').Append(_holes.Count).Append('}');
            _holes.Add(value.Resource);
        }

        internal ReferenceExpression Build() => new(_format.ToString(), _holes);

        private static string Escape(string text) => text.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal);
    }
}
