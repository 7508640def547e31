package io.vpccni.emulator.cloud;

/**
 * An answer of EC2 that is an error.
 *
 * <p>Codes and their meaning: "Error codes for the Amazon EC2 API" (EC2 developer guide); wordings as seen in public
 * issue reports, since the guide does not list them.
 */
public final class CloudError extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String code;
    private final int httpStatus;

    /** @param httpStatus 4xx for faults of the caller, 5xx for faults of the service and for throttling (503) */
    public CloudError(String code, String message, int httpStatus) {
        super(message, null, false, false);
        this.code = code;
        this.httpStatus = httpStatus;
    }

    public CloudError(String code, String message) {
        this(code, message, usualStatus(code));
    }

    public String code() {
        return code;
    }

    public int httpStatus() {
        return httpStatus;
    }

    public String text() {
        return String.valueOf(getMessage());
    }

    /** The HTTP status that EC2 sends with a code; 400 for all that are not listed. */
    public static int usualStatus(String code) {
        return switch (code) {
            case "AuthFailure" -> 401;
            case "UnauthorizedOperation" -> 403;
            case "DryRunOperation" -> 412;
            case "InternalError", "InternalFailure" -> 500;
            case "RequestLimitExceeded", "Unavailable", "ServiceUnavailable" -> 503;
            default -> 400;
        };
    }

    static CloudError invalidValue(String value, String parameter, String reason) {
        return new CloudError(
                "InvalidParameterValue",
                "Value (%s) for parameter %s is invalid. %s"
                        .formatted(value, parameter, reason)
                        .strip());
    }

    static CloudError missing(String parameter) {
        return new CloudError("MissingParameter", "The request must contain the parameter " + parameter);
    }
}
