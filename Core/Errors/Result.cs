using System.Diagnostics.CodeAnalysis;

namespace ImageService.Core.Errors;

/// <summary>
/// A value or an <see cref="Errors.Error"/>. Used on every path that an anonymous caller can make fail, where exceptions would be the hot path.
/// </summary>
public readonly struct Result<T>
{
    private readonly T? _value;

    private Result(T? value, Error? error) => (_value, Error) = (value, error);

    /// <summary>The failure, or null.</summary>
    public Error? Error { get; }

    [MemberNotNullWhen(false, nameof(Error))]
    public bool IsSuccess => Error is null;

    /// <summary>The value.</summary>
    /// <exception cref="InvalidOperationException">The result is a failure.</exception>
    public T Value => Error is null ? _value! : throw new InvalidOperationException($"No value: {Error.Code}: {Error.Detail}");

    /// <summary>Takes the value or the error apart; exactly one is non-null for reference types.</summary>
    public bool TryGet([MaybeNullWhen(false)] out T value, [NotNullWhen(false)] out Error? error)
    {
        value = _value;
        error = Error;
        return error is null;
    }

    public Result<TOther> Map<TOther>(Func<T, TOther> map) => Error is null ? map(_value!) : Error;

    public static implicit operator Result<T>(T value) => new(value, null);

    public static implicit operator Result<T>(Error error) => new(default, error);
}
