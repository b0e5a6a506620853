using Microsoft.AspNetCore.Components.Web;
using MudBlazor;

namespace ImageService.Portal.Components.Shared;

/// <summary>
/// A field that tells of each letter. What its page answers may be older than what was typed meanwhile, or tidied: while a person types it is not written
/// into the field, which would take letters away. Once the field is left, the page's value holds again. What was on its way when the first letter was typed
/// is kept out in the browser (<c>Scripts/typing.js</c>), which finds the field by its class.
/// </summary>
public sealed class TypedField : MudTextField<string>
{
    private const string Mark = "typed-field";

    private bool _isTyping;

    public TypedField() => Immediate = true;

    protected override void OnParametersSet()
    {
        base.OnParametersSet();
        if (Class?.Contains(Mark, StringComparison.Ordinal) != true)
            Class = $"{Mark} {Class}";
    }

    protected override Task SetTextAndUpdateValueAsync(string? text, bool updateValue = true)
    {
        _isTyping |= updateValue;
        return base.SetTextAndUpdateValueAsync(text, updateValue);
    }

    protected override Task UpdateTextPropertyAsync(bool updateValue) =>
        _isTyping && !updateValue ? Task.CompletedTask : base.UpdateTextPropertyAsync(updateValue);

    /// <remarks>Told also where the page's older value happens to be the same: a newer one may be on its way to it.</remarks>
    protected override Task SetValueAndUpdateTextAsync(string? value, bool updateText = true, bool force = false) =>
        base.SetValueAndUpdateTextAsync(value, updateText, force || _isTyping);

    protected override Task OnBlurredAsync(FocusEventArgs obj)
    {
        _isTyping = false;
        return base.OnBlurredAsync(obj);
    }
}
