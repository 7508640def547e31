package io.vpccni.vpc;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A link-layer address.
 *
 * @param value six pairs of lower-case hex digits with colons, the form that IMDS, EC2 and the kernel print
 */
public record MacAddress(String value) {

    private static final Pattern FORM = Pattern.compile("([0-9a-f]{2}:){5}[0-9a-f]{2}");

    public MacAddress {
        value = value.toLowerCase(Locale.ROOT);
        if (!FORM.matcher(value).matches()) {
            throw new IllegalArgumentException("not a MAC address: \"" + value + "\"");
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
