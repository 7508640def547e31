package io.vpccni.emulator.cloud;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Filters and pages, the same for all Describe calls. */
final class Selection {
    /** Values of an attribute under the filter's name; null when there is no such filter. */
    interface Attributes<T> extends BiFunction<T, String, @Nullable List<String>> {}

    record Page<T>(List<T> items, @Nullable String nextToken) {}

    private static final int LARGEST_PAGE = 1000;

    /** Values of one filter ("Filtering", EC2 API reference). */
    private static final int MOST_VALUES = 200;

    private Selection() {}

    static <T> Page<T> select(Collection<T> all, Query query, int smallestPage, Attributes<T> attributes) {
        if (query.filters().stream().anyMatch(filter -> filter.values().size() > MOST_VALUES)) {
            throw new CloudError(
                    "FilterLimitExceeded", "The maximum number of filter values specified is " + MOST_VALUES);
        }
        Predicate<T> wanted = one -> query.filters().stream().allMatch(filter -> matches(one, filter, attributes));
        return page(all.stream().filter(wanted).toList(), query, smallestPage);
    }

    private static <T> boolean matches(T one, Filter filter, Attributes<T> attributes) {
        List<String> values = attributes.apply(one, filter.name());
        if (values == null) {
            throw new CloudError("InvalidParameterValue", "The filter '" + filter.name() + "' is invalid");
        }
        return filter.values().stream()
                .map(Selection::pattern)
                .anyMatch(pattern ->
                        values.stream().anyMatch(value -> pattern.matcher(value).matches()));
    }

    private static Pattern pattern(String wildcard) {
        StringBuilder regex = new StringBuilder();
        for (int i = 0; i < wildcard.length(); i++) {
            char c = wildcard.charAt(i);
            if (c == '\\' && i + 1 < wildcard.length()) {
                regex.append(Pattern.quote(String.valueOf(wildcard.charAt(++i))));
            } else if (c == '*') {
                regex.append(".*");
            } else if (c == '?') {
                regex.append('.');
            } else {
                regex.append(Pattern.quote(String.valueOf(c)));
            }
        }
        return Pattern.compile(regex.toString(), Pattern.DOTALL);
    }

    private static <T> Page<T> page(List<T> selected, Query query, int smallestPage) {
        Integer wanted = query.maxResults();
        if (wanted != null && (wanted < smallestPage || wanted > LARGEST_PAGE)) {
            throw CloudError.invalidValue(
                    wanted.toString(),
                    "maxResults",
                    "Expecting a value between " + smallestPage + " and " + LARGEST_PAGE + ".");
        }
        if (wanted != null && !query.ids().isEmpty()) {
            throw new CloudError(
                    "InvalidParameterCombination", "The parameter ids cannot be used with the parameter MaxResults");
        }
        int start = Math.min(offset(query.nextToken()), selected.size());
        int end = Math.min(selected.size(), start + (wanted == null ? LARGEST_PAGE : wanted));
        return new Page<>(selected.subList(start, end), end < selected.size() ? token(end) : null);
    }

    private static String token(int offset) {
        byte[] bytes = ("offset:" + offset).getBytes(StandardCharsets.UTF_8);
        return Base64.getUrlEncoder().encodeToString(bytes);
    }

    private static int offset(@Nullable String token) {
        if (token == null) {
            return 0;
        }
        try {
            String text = new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
            if (text.startsWith("offset:")) {
                return Integer.parseUnsignedInt(text.substring("offset:".length()));
            }
        } catch (IllegalArgumentException e) {
            // Not one of our tokens: answered below.
        }
        throw new CloudError("InvalidPaginationToken", "The specified pagination token is not valid or is expired.");
    }
}
