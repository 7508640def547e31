package io.vpccni.vpc;

/** The id of an elastic network interface, as EC2 gives it: {@code eni-0123456789abcdef0}. */
public record EniId(String value) implements Comparable<EniId> {

    public EniId {
        if (!value.startsWith("eni-")) {
            throw new IllegalArgumentException("not an ENI id: \"" + value + "\"");
        }
    }

    @Override
    public int compareTo(EniId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
