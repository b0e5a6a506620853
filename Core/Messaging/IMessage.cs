namespace ImageService.Core.Messaging;

/// <summary>A fact that became true, in the past tense. It names things by id and carries no secret: whoever reads it looks the rest up.</summary>
public interface IMessage
{
    /// <summary>Name on the wire, snake_case: <c>asset_uploaded</c>. Never changed once released.</summary>
    static abstract string Type { get; }

    /// <summary>Whose fact it is.</summary>
    Guid OrganizationId { get; }
}
