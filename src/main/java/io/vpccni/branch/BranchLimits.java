package io.vpccni.branch;

import java.util.Map;
import java.util.Optional;

/**
 * How many branches an instance type allows. EC2 does not say; the numbers are those that the reference ships (its table of
 * 2026-03-20), and a guess for younger types that is seldom too high: over all types of a size, network interfaces and branches
 * together are nearly always the same number.
 *
 * <pre>
 *   size      medium large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge and more, metal
 *   together       6    12     22      42      62      62       62                      122
 * </pre>
 */
public final class BranchLimits {

    /** No type has more. */
    public static final int MOST = 120;

    private static final Map<String, Integer> TOGETHER =
            Map.of("medium", 6, "large", 12, "xlarge", 22, "2xlarge", 42, "4xlarge", 62, "8xlarge", 62, "12xlarge", 62);

    private static final int TOGETHER_ON_LARGER = 122;

    /** A count of xlarge from which on the sizes are alike. */
    private static final int LARGER = 16;

    private BranchLimits() {}

    /**
     * A guess for a type that no table knows.
     *
     * @param interfaces network interfaces that the type allows
     */
    public static int guess(String type, int interfaces) {
        String size = type.substring(type.indexOf('.') + 1);
        return together(size)
                .map(count -> Math.clamp(count - interfaces, 0, MOST))
                .orElse(0);
    }

    private static Optional<Integer> together(String size) {
        if (size.startsWith("metal")) {
            return Optional.of(TOGETHER_ON_LARGER);
        }
        if (TOGETHER.containsKey(size)) {
            return Optional.of(TOGETHER.get(size));
        }
        String count = size.endsWith("xlarge") ? size.substring(0, size.length() - "xlarge".length()) : "";
        if (!count.matches("\\d{1,3}")) {
            return Optional.empty();
        }
        int xlarges = Integer.parseInt(count);
        // Odd sizes, such as 3xlarge, count as the next smaller even one.
        return Optional.of(
                xlarges >= LARGER
                        ? TOGETHER_ON_LARGER
                        : xlarges >= 4 ? TOGETHER.get("4xlarge") : TOGETHER.get("2xlarge"));
    }
}
