package io.vpccni.ec2;

import io.vpccni.vpc.Eni;
import io.vpccni.vpc.EniId;
import io.vpccni.vpc.Ipv4Address;
import io.vpccni.vpc.Ipv4Cidr;
import io.vpccni.vpc.MacAddress;
import io.vpccni.vpc.Slots;
import io.vpccni.vpc.SubnetId;
import java.util.List;
import java.util.Map;
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

    /** What is read of an interface. IMDS has nothing for the card on card 0, and for prefixes where there are none. */
    List<String> KEYS = List.of(ID, DEVICE, CARD, SUBNET, SUBNET_CIDR, ADDRESSES, PREFIXES);

    /** All that is needed is there. */
    record Whole(Eni eni) implements MetadataEni {}

    /** Not to be used, or not yet: IMDS shows an interface key by key while it is being attached. */
    record Half(String why) implements MetadataEni {}

    /**
     * Makes sense of what IMDS says.
     *
     * @param found texts by key, without those for which IMDS has nothing
     * @param primaryMac of the interface whose device number counts as 0 whatever IMDS says
     */
    static MetadataEni read(String mac, Map<String, String> found, MacAddress primaryMac) {
        List<String> missing = List.of(ID, DEVICE, SUBNET, SUBNET_CIDR, ADDRESSES).stream()
                .filter(key -> found.getOrDefault(key, "").isBlank())
                .toList();
        if (missing.equals(List.of(ADDRESSES)) || missing.equals(List.of(SUBNET_CIDR, ADDRESSES))) {
            return new Half("it has no IPv4 address, as an interface for EFA only");
        }
        if (!missing.isEmpty()) {
            return new Half("IMDS has no " + String.join(", ", missing));
        }
        try {
            return new Whole(whole(new MacAddress(mac), found, primaryMac));
        } catch (IllegalArgumentException e) {
            return new Half(String.valueOf(e.getMessage()));
        }
    }

    private static Eni whole(MacAddress mac, Map<String, String> found, MacAddress primaryMac) {
        List<Ipv4Address> addresses = parsed(found, ADDRESSES, Ipv4Address::parse);
        return new Eni(
                new EniId(text(found, ID)),
                mac,
                number(found, CARD),
                mac.equals(primaryMac) ? 0 : number(found, DEVICE),
                new SubnetId(text(found, SUBNET)),
                Ipv4Cidr.parse(text(found, SUBNET_CIDR)),
                addresses.getFirst(),
                new Slots(
                        addresses.stream().skip(1).collect(Collectors.toSet()),
                        parsed(found, PREFIXES, Ipv4Cidr::parse).stream().collect(Collectors.toSet())));
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
