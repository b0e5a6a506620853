namespace ImageService.Core.Errors;

/// <summary>
/// Every way a request can be refused. On the wire a code is its name in snake_case (<c>slug_taken</c>);
/// <c>Api/Http/Problems.cs</c> is the only place that maps a code to an HTTP status, and <c>docs/errors.md</c> has a section for each.
/// </summary>
public enum ErrorCode
{
    // 400
    InvalidOperations,
    InvalidRequest,

    // 401
    Unauthenticated,
    InvalidSignature,
    SignatureExpired,

    // 403
    Forbidden,
    InsufficientScope,
    PolicyForbids,
    PolicyLocked,
    QuotaExceeded,
    LastOwner,
    RetentionLocked,

    // 404
    NotFound,

    // 405, 406
    MethodNotAllowed,

    // 409, 412
    SlugTaken,
    Conflict,
    IdempotencyKeyReused,
    PreconditionFailed,
    TusVersionUnsupported,

    // 410
    UploadExpired,

    // 413, 415, 422
    PayloadTooLarge,
    UnsupportedImageType,
    UnsupportedImageKind,
    UnsupportedMediaType,
    EncoderMissing,
    EncodingFailed,
    UndecodableImage,
    ImageLimitExceeded,
    FetchRefused,
    FetchFailed,

    // 460 (tus)
    ChecksumMismatch,

    // 429
    RateLimited,
    PeriodicQuotaExceeded,
    VariantBudgetExceeded,

    // 5xx
    Internal,
    Overloaded,
    TransformTimedOut,
    StorageUnavailable,
    DatabaseUnavailable,
}
