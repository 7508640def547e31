package io.vpccni.ec2;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is made of an interface in the tree of IMDS. */
class MetadataEniTest {

    private static final String MAC = "02:00:00:00:00:07";
    private static final MacAddress PRIMARY = new MacAddress("02:00:00:00:00:01");

    private static final Map<String, String> WHOLE = Map.of(
            "interface-id", "eni-7",
            "device-number", "2",
            "subnet-id", "subnet-1",
            "subnet-ipv4-cidr-block", "10.0.0.0/19",
            "local-ipv4s", "10.0.0.7\n10.0.0.8\n10.0.0.9",
            "ipv4-prefix", "10.0.1.16/28");

    private static final Eni ENI = new Eni(
            new EniId("eni-7"),
            new MacAddress(MAC),
            0,
            2,
            new SubnetId("subnet-1"),
            Ipv4Cidr.parse("10.0.0.0/19"),
            Ipv4Address.parse("10.0.0.7"),
            Slots.of(
                    Set.of(Ipv4Address.parse("10.0.0.8"), Ipv4Address.parse("10.0.0.9")),
                    Set.of(Ipv4Cidr.parse("10.0.1.16/28"))));

    @Test
    void aWholeInterfaceIsRead() {
        assertThat(MetadataEni.read(MAC, WHOLE, PRIMARY, IpFamily.IPV4)).isEqualTo(new MetadataEni.Whole(ENI));
    }

    @Test
    void noPrefixesAreNoPrefixes() {
        assertThat(MetadataEni.read(MAC, without("ipv4-prefix"), PRIMARY, IpFamily.IPV4))
                .isEqualTo(new MetadataEni.Whole(
                        ENI.withSlots(Slots.ofAddresses(ENI.slots().addresses()))));
    }

    @Test
    void thePrimaryInterfaceIsDeviceZeroWhateverImdsSays() {
        assertThat(MetadataEni.read(MAC, WHOLE, new MacAddress(MAC), IpFamily.IPV4))
                .isInstanceOfSatisfying(
                        MetadataEni.Whole.class,
                        whole -> assertThat(whole.eni().isPrimary()).isTrue());
    }

    @Test
    void aNetworkCardIsRead() {
        assertThat(MetadataEni.read(MAC, with("network-card", "1"), PRIMARY, IpFamily.IPV4))
                .isInstanceOfSatisfying(
                        MetadataEni.Whole.class,
                        whole -> assertThat(whole.eni().card()).isEqualTo(1));
    }

    @ParameterizedTest(name = "without {0}")
    @CsvSource(delimiter = '|', textBlock = """
            interface-id           | IMDS has no interface-id
            device-number          | IMDS has no device-number
            subnet-id              | IMDS has no subnet-id
            subnet-ipv4-cidr-block | IMDS has no subnet-ipv4-cidr-block
            """)
    void aHalfInterfaceIsLeftOut(String missing, String why) {
        assertThat(MetadataEni.read(MAC, without(missing), PRIMARY, IpFamily.IPV4))
                .isEqualTo(new MetadataEni.Half(why));
    }

    @Test
    void oneWithoutAnAddressIsForAnAdapterAlone() {
        assertThat(MetadataEni.read(MAC, without("local-ipv4s"), PRIMARY, IpFamily.IPV4))
                .isEqualTo(new MetadataEni.WithoutAddress(new ForeignEni(new EniId("eni-7"), 0, 2, true)));
    }

    @Test
    void onAnIpv6NodeOnlyIpv6IsForPods() {
        Map<String, String> found = with("ipv6-prefix", "2001:db8:0:1:5::/80");
        found.put("ipv6s", "2001:db8::7");

        Eni eni = new Eni(
                ENI.id(),
                ENI.mac(),
                0,
                2,
                ENI.subnet(),
                ENI.subnetCidr(),
                ENI.primaryAddress(),
                Optional.of(Ipv6Address.parse("2001:db8::7")),
                Slots.ofPrefixes(Set.of(Ipv6Cidr.parse("2001:db8:0:1:5::/80"))),
                false,
                false);
        assertThat(MetadataEni.read(MAC, found, PRIMARY, IpFamily.IPV6)).isEqualTo(new MetadataEni.Whole(eni));
    }

    @ParameterizedTest(name = "{0} = {1}")
    @CsvSource({
        "interface-id, i-7",
        "device-number, two",
        "network-card, -",
        "subnet-ipv4-cidr-block, 10.0.0.0",
        "local-ipv4s, 10.0.0.256",
        "ipv4-prefix, 10.0.1.0/99"
    })
    void nonsenseIsLeftOut(String key, String value) {
        assertThat(MetadataEni.read(MAC, with(key, value), PRIMARY, IpFamily.IPV4))
                .isInstanceOf(MetadataEni.Half.class);
    }

    @Test
    void aNameThatIsNoMacIsLeftOut() {
        assertThat(MetadataEni.read("lost+found", WHOLE, PRIMARY, IpFamily.IPV4))
                .isInstanceOf(MetadataEni.Half.class);
    }

    private static Map<String, String> without(String key) {
        Map<String, String> rest = new TreeMap<>(WHOLE);
        rest.remove(key);
        return rest;
    }

    private static Map<String, String> with(String key, String value) {
        Map<String, String> changed = new TreeMap<>(WHOLE);
        changed.put(key, value);
        return changed;
    }
}
