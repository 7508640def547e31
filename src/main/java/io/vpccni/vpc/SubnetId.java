package io.vpccni.vpc;

/** The id of a subnet, as EC2 gives it: {@code subnet-0123456789abcdef0}. */
public record SubnetId(String value) {

    public SubnetId {
        if (!value.startsWith("subnet-")) {
            throw new IllegalArgumentException("not a subnet id: \"" + value + "\"");
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
