using ImageService.Core.Registry;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Tests.Support;

/// <summary>What units of work have told, where the queue is a table of the registry's database.</summary>
public static class WrittenFacts
{
    /// <summary>The facts of the unit of work's organization that nobody has handled yet, oldest first.</summary>
    public static IQueryable<QueuedMessage> Facts(this RegistryDb db) =>
        db.QueuedMessages.AsNoTracking().Where(message => message.OrganizationId == db.OrganizationId).OrderBy(message => message.Id);
}
