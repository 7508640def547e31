package io.vpccni.emulator.cloud;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What all Describe calls take: ids (all of them must exist), filters (all of them must hold), a page. */
public record Query(
        List<String> ids,
        List<Filter> filters,
        @Nullable Integer maxResults,
        @Nullable String nextToken) {
    public static final Query ALL = new Query(List.of(), List.of(), null, null);

    public static Query ids(String... ids) {
        return new Query(List.of(ids), List.of(), null, null);
    }

    public static Query where(String filter, String... values) {
        return new Query(List.of(), List.of(new Filter(filter, List.of(values))), null, null);
    }
}
