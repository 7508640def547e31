package io.vpccni.netlink;

import java.util.List;
import java.util.Optional;

/**
 * What a batch gave besides success.
 *
 * @param links the answers to {@link Batch#getLink}, in order
 * @param tolerated the refusals the caller had said not to mind
 */
public record Result(List<Link> links, List<Failure> tolerated) {
    public Result {
        links = List.copyOf(links);
        tolerated = List.copyOf(tolerated);
    }

    public Optional<Link> link(String name) {
        return links.stream().filter(l -> l.name().equals(name)).findFirst();
    }
}
