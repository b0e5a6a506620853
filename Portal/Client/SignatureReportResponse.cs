namespace ImageService.Portal.Client;

// Public because components are, and take these as parameters.
public sealed record SignatureReportResponse(long Count, IReadOnlyList<ReportedCall> Items, long Refused, IReadOnlyList<ReportedCall> RefusedItems);

public sealed record ReportedCall(DateTimeOffset At, string Path, string Reason, string? Kid);

public sealed record SignatureSum(string Tenant, string Space, long Count, long Refused);
