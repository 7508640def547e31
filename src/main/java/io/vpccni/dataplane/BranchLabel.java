package io.vpccni.dataplane;

import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.MacAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * What stands on the host link of a pod with a branch interface, as {@code ip link} shows it behind {@code alias}: whose it is. It
 * lives and dies with the link, so whoever comes later knows as much as who made it.
 *
 * <pre>
 *   aws-cni/3f0a…/eth0 10.0.3.9 7 02:00:0a:00:03:07 10.0.3.1 02:00:0a:00:00:77
 *   OWNER              ADDRESS  VLAN MAC            GATEWAY  TRUNK
 * </pre>
 *
 * @param owner what the caller knows the pod by, without blanks
 */
public record BranchLabel(String owner, IpAddress address, BranchLink branch) {

    /** Bytes that the kernel keeps. */
    static final int LONGEST = 255;

    /** Empty where the owner's name is too long for the kernel. */
    public Optional<String> text() {
        String text = String.join(
                " ",
                owner,
                address.toString(),
                Integer.toString(branch.vlanId()),
                branch.mac().toString(),
                branch.gateway().toString(),
                branch.trunk().toString());
        return Optional.of(text).filter(whole -> whole.getBytes(StandardCharsets.UTF_8).length <= LONGEST);
    }

    /** Empty for what somebody else has noted on a link of his. */
    public static Optional<BranchLabel> read(String text) {
        List<String> words = List.of(text.split(" ", -1));
        if (words.size() != 6 || words.getFirst().isEmpty()) {
            return Optional.empty();
        }
        try {
            BranchLink branch = new BranchLink(
                    Integer.parseInt(words.get(2)),
                    new MacAddress(words.get(3)),
                    IpAddress.parse(words.get(4)),
                    new MacAddress(words.get(5)));
            return Optional.of(new BranchLabel(words.getFirst(), IpAddress.parse(words.get(1)), branch));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
