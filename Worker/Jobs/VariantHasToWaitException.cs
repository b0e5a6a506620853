namespace ImageService.Worker.Jobs;

/// <summary>A variant cannot be made at the moment: the store is away, the machine is busy, a month's quota is used up. The job's own retries wait for it.</summary>
public sealed class VariantHasToWaitException : Exception
{
    public VariantHasToWaitException()
    {
    }

    public VariantHasToWaitException(string message)
        : base(message)
    {
    }

    public VariantHasToWaitException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
