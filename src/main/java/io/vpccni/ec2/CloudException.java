package io.vpccni.ec2;

import io.vpccni.vpc.CloudFailure;

/** A call to EC2 or IMDS failed. */
public final class CloudException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient CloudFailure failure;

    public CloudException(CloudFailure failure, Throwable cause) {
        super(failure.code() + ": " + failure.message(), cause);
        this.failure = failure;
    }

    public CloudFailure failure() {
        return failure;
    }
}
