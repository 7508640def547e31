package io.vpccni.ec2;

import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.vpc.Eni;
import io.vpccni.vpc.EniId;
import io.vpccni.vpc.Ipv4Address;
import io.vpccni.vpc.Ipv4Cidr;
import io.vpccni.vpc.MacAddress;
import io.vpccni.vpc.Slots;
import io.vpccni.vpc.SubnetId;
import java.util.Map;
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
            new Slots(
                    Set.of(Ipv4Address.parse("10.0.0.8"), Ipv4Address.parse("10.0.0.9")),
                    Set.of(Ipv4Cidr.parse("10.0.1.16/28"))));

    @Test
    void aWholeInterfaceIsRead() {
        assertThat(MetadataEni.read(MAC, WHOLE, PRIMARY)).isEqualTo(new MetadataEni.Whole(ENI));
    }

    @Test
    void noPrefixesAreNoPrefixes() {
        assertThat(MetadataEni.read(MAC, without("ipv4-prefix"), PRIMARY))
                .isEqualTo(new MetadataEni.Whole(
                        ENI.withSlots(Slots.ofAddresses(ENI.slots().addresses()))));
    }

    @Test
    void thePrimaryInterfaceIsDeviceZeroWhateverImdsSays() {
        assertThat(MetadataEni.read(MAC, WHOLE, new MacAddress(MAC)))
                .isInstanceOfSatisfying(
                        MetadataEni.Whole.class,
                        whole -> assertThat(whole.eni().isPrimary()).isTrue());
    }

    @Test
    void aNetworkCardIsRead() {
        assertThat(MetadataEni.read(MAC, with("network-card", "1"), PRIMARY))
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
            local-ipv4s            | it has no IPv4 address, as an interface for EFA only
            """)
    void aHalfInterfaceIsLeftOut(String missing, String why) {
        assertThat(MetadataEni.read(MAC, without(missing), PRIMARY)).isEqualTo(new MetadataEni.Half(why));
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
        assertThat(MetadataEni.read(MAC, with(key, value), PRIMARY)).isInstanceOf(MetadataEni.Half.class);
    }

    @Test
    void aNameThatIsNoMacIsLeftOut() {
        assertThat(MetadataEni.read("lost+found", WHOLE, PRIMARY)).isInstanceOf(MetadataEni.Half.class);
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
