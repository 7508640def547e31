package io.vpccni.dataplane;

import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A release of iptables, and what it can do. */
public record IptablesVersion(int major, int minor, int patch) implements Comparable<IptablesVersion> {

    /** The first one with {@code --random-fully}. */
    private static final IptablesVersion FULLY_RANDOM = new IptablesVersion(1, 6, 2);

    private static final Pattern NUMBERS = Pattern.compile("v(\\d{1,4})\\.(\\d{1,4})\\.(\\d{1,4})");

    private static final Comparator<IptablesVersion> BY_AGE = Comparator.comparingInt(IptablesVersion::major)
            .thenComparingInt(IptablesVersion::minor)
            .thenComparingInt(IptablesVersion::patch);

    /** @param text of {@code --version}, such as {@code iptables v1.8.9 (nf_tables)}; without a number it counts as a new one */
    public static IptablesVersion parse(String text) {
        Matcher numbers = NUMBERS.matcher(text);
        return numbers.find()
                ? new IptablesVersion(
                        Integer.parseInt(numbers.group(1)),
                        Integer.parseInt(numbers.group(2)),
                        Integer.parseInt(numbers.group(3)))
                : FULLY_RANDOM;
    }

    /**
     * How SNAT chooses ports where {@code wanted} is asked for.
     *
     * <pre>
     *   prng         1.6.1  hashrandom
     *   prng         1.6.2  prng
     *   hashrandom   1.6.1  hashrandom
     *   none         1.6.1  none
     * </pre>
     *
     * @param wanted {@code none}, {@code hashrandom}, or any other text for {@code prng}
     */
    String randomPorts(String wanted) {
        boolean fully = !wanted.equals("none") && !wanted.equals("hashrandom");
        return fully && compareTo(FULLY_RANDOM) < 0 ? "hashrandom" : wanted;
    }

    @Override
    public int compareTo(IptablesVersion other) {
        return BY_AGE.compare(this, other);
    }

    @Override
    public String toString() {
        return major + "." + minor + "." + patch;
    }
}
