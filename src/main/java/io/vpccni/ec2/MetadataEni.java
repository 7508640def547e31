package io.vpccni.ec2;

import io.vpccni.vpc.Eni;
import io.vpccni.vpc.EniId;
import io.vpccni.vpc.ForeignEni;
import io.vpccni.vpc.IpFamily;
import io.vpccni.vpc.Ipv4Address;
import io.vpccni.vpc.Ipv4Cidr;
import io.vpccni.vpc.Ipv6Address;
import io.vpccni.vpc.Ipv6Cidr;
import io.vpccni.vpc.MacAddress;
import io.vpccni.vpc.Slots;
import io.vpccni.vpc.SubnetId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** An interface as IMDS shows it below {@code network/interfaces/macs/<mac>/}. */
sealed interface MetadataEni {

    String ID = "interface-id";
    String DEVICE = "device-number";
    String CARD = "network-card";
    String SUBNET = "subnet-id";
    String SUBNET_CIDR = "subnet-ipv4-cidr-block";
    String ADDRESSES = "local-ipv4s";
    String PREFIXES = "ipv4-prefix";
    String IPV6_ADDRESSES = "ipv6s";
    String IPV6_PREFIXES = "ipv6-prefix";

    /**
     * What is read of an interface. IMDS has nothing for the card on card 0, for prefixes where there are none, and for
     * addresses of an interface for an Elastic Fabric Adapter alone.
     */
    List<String> KEYS =
            List.of(ID, DEVICE, CARD, SUBNET, SUBNET_CIDR, ADDRESSES, PREFIXES, IPV6_ADDRESSES, IPV6_PREFIXES);

    /** All that is needed is there. */
    record Whole(Eni eni) implements MetadataEni {}

    /** It has no address: it is for an Elastic Fabric Adapter alone, or still on its way. */
    record WithoutAddress(ForeignEni eni) implements MetadataEni {}

    /** Not to be used, or not yet: IMDS shows an interface key by key while it is being attached. */
    record Half(String why) implements MetadataEni {}

    /**
     * Makes sense of what IMDS says.
     *
     * @param found texts by key, without those for which IMDS has nothing
     * @param primaryMac of the interface whose device number counts as 0 whatever IMDS says
     * @param family of the pods' addresses: those of the other one are not looked at
     */
    static MetadataEni read(String mac, Map<String, String> found, MacAddress primaryMac, IpFamily family) {
        List<String> missing = List.of(ID, DEVICE, SUBNET, SUBNET_CIDR, ADDRESSES).stream()
                .filter(key -> found.getOrDefault(key, "").isBlank())
                .toList();
        try {
            if (missing.equals(List.of(ADDRESSES)) || missing.equals(List.of(SUBNET_CIDR, ADDRESSES))) {
                return new WithoutAddress(
                        new ForeignEni(new EniId(text(found, ID)), number(found, CARD), number(found, DEVICE), true));
            }
            if (!missing.isEmpty()) {
                return new Half("IMDS has no " + String.join(", ", missing));
            }
            return new Whole(whole(new MacAddress(mac), found, primaryMac, family));
        } catch (IllegalArgumentException e) {
            return new Half(String.valueOf(e.getMessage()));
        }
    }

    private static Eni whole(MacAddress mac, Map<String, String> found, MacAddress primaryMac, IpFamily family) {
        List<Ipv4Address> addresses = parsed(found, ADDRESSES, Ipv4Address::parse);
        return new Eni(
                new EniId(text(found, ID)),
                mac,
                number(found, CARD),
                mac.equals(primaryMac) ? 0 : number(found, DEVICE),
                new SubnetId(text(found, SUBNET)),
                Ipv4Cidr.parse(text(found, SUBNET_CIDR)),
                addresses.getFirst(),
                family == IpFamily.IPV6
                        ? parsed(found, IPV6_ADDRESSES, Ipv6Address::parse).stream()
                                .findFirst()
                        : Optional.empty(),
                slots(found, addresses, family),
                false,
                false);
    }

    private static Slots slots(Map<String, String> found, List<Ipv4Address> addresses, IpFamily family) {
        return switch (family) {
            case IPV4 ->
                Slots.of(
                        addresses.stream().skip(1).collect(Collectors.toSet()),
                        Set.copyOf(parsed(found, PREFIXES, Ipv4Cidr::parse)));
            case IPV6 -> Slots.ofPrefixes(Set.copyOf(parsed(found, IPV6_PREFIXES, Ipv6Cidr::parse)));
        };
    }

    private static String text(Map<String, String> found, String key) {
        return found.getOrDefault(key, "").strip();
    }

    private static int number(Map<String, String> found, String key) {
        String text = text(found, key);
        return text.isEmpty() ? 0 : Integer.parseInt(text);
    }

    private static <T> List<T> parsed(Map<String, String> found, String key, Function<String, T> parse) {
        return Imds.lines(text(found, key)).stream().map(parse).toList();
    }
}
