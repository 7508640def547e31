package io.vpccni.netlink;

import java.util.List;

/**
 * One end of a veth pair, or another link, to be made. {@link LinkChange#namespace} among the settings creates it right there, which is
 * much cheaper than moving it later.
 */
public record End(String name, List<LinkChange> settings) {
    public End {
        LinkChange.checkName(name);
        settings = List.copyOf(settings);
        for (var setting : settings) {
            switch (setting) {
                case LinkChange.Name _, LinkChange.Alias _, LinkChange.Ipv4 _, LinkChange.Ipv6AddressGeneration _ ->
                    throw new IllegalArgumentException(
                            "the kernel ignores " + setting + " while it creates a link: set it afterwards");
                case LinkChange.Up _,
                        LinkChange.Mtu _,
                        LinkChange.Mac _,
                        LinkChange.TxQueueLength _,
                        LinkChange.Group _,
                        LinkChange.Namespace _ -> {}
            }
        }
    }

    public static End named(String name, LinkChange... settings) {
        return new End(name, List.of(settings));
    }
}
