package io.vpccni.emulator.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WholeChainTest {

    private static final WholeChain PLAIN = new WholeChain(List.of(), Optional.empty());
    private static final ObjectMapper JSON = new ObjectMapper();

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "IPv4, no egress          | false | ::/0      | aws-cni egress-cni portmap bandwidth tuning",
                "IPv4 with IPv6 egress    | true  | ::/0      | aws-cni egress-cni portmap bandwidth",
                "IPv6 with IPv4 egress    | true  | 0.0.0.0/0 | aws-cni egress-cni portmap bandwidth",
                "IPv6, egress is off      | false | 0.0.0.0/0 | aws-cni egress-cni portmap bandwidth"
            })
    void ipv6IsOffOnlyInPodsThatHaveNoAddressOfIt(String name, String enabled, String destination, String types)
            throws IOException {
        var published = list("""
                {"type":"aws-cni"},
                {"type":"egress-cni","enabled":"%s","ipam":{"routes":[{"dst":"%s"}]}}""".formatted(enabled, destination));

        JsonNode whole = JSON.readTree(PLAIN.of(published));

        assertThat(whole.path("plugins"))
                .extracting(plugin -> plugin.path("type").asText())
                .containsExactly(types.split(" "));
        assertThat(whole.path("name").asText()).isEqualTo("net");
        assertThat(whole.path("cniVersion").asText()).isEqualTo("0.4.0");
        assertThat(whole.path("disableCheck").asBoolean()).isTrue();
    }

    @Test
    void portsAndRateStandInThePluginsThatTakeThem() throws IOException {
        var chain = new WholeChain(
                List.of(new PodPort(8080, 80, "tcp"), new PodPort(5300, 53, "udp")),
                Optional.of(new BitRate(10_000_000)));

        JsonNode plugins =
                JSON.readTree(chain.of(list("{\"type\":\"aws-cni\"}"))).path("plugins");

        assertThat(plugins.get(1)).isEqualTo(JSON.readTree("""
                {"type":"portmap","snat":true,"capabilities":{"portMappings":true},"runtimeConfig":{"portMappings":[
                  {"hostPort":8080,"containerPort":80,"protocol":"tcp"},
                  {"hostPort":5300,"containerPort":53,"protocol":"udp"}]}}"""));
        assertThat(plugins.get(2)).isEqualTo(JSON.readTree("""
                {"type":"bandwidth","capabilities":{"bandwidth":true},"runtimeConfig":{"bandwidth":{
                  "ingressRate":10000000,"ingressBurst":1000000,"egressRate":10000000,"egressBurst":1000000}}}"""));
    }

    @Test
    void aPluginThatIsThereKeepsItsPlaceAndItsKeys() throws IOException {
        var chain = new WholeChain(List.of(new PodPort(1, 2, "tcp")), Optional.empty());

        JsonNode plugins = JSON.readTree(chain.of(
                        list("{\"type\":\"portmap\",\"snat\":false,\"backend\":\"nftables\"},{\"type\":\"last\"}")))
                .path("plugins");

        assertThat(plugins)
                .extracting(plugin -> plugin.path("type").asText())
                .containsExactly("portmap", "last", "bandwidth", "tuning");
        assertThat(plugins.get(0).path("snat").asBoolean(true)).isFalse();
        assertThat(plugins.get(0).path("backend").asText()).isEqualTo("nftables");
        assertThat(plugins.get(0).at("/runtimeConfig/portMappings/0/hostPort").asInt())
                .isEqualTo(1);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "8080:80,        8080 to 80/tcp",
        "8080:80/tcp,    8080 to 80/tcp",
        "65535:1/UDP,    65535 to 1/udp",
        "0:80,           refused",
        "65536:80,       refused",
        "80:99999,       refused",
        "80,             refused",
        "80:80/sctp,     refused",
        "1.2.3.4:80:80,  refused"
    })
    void aPortIsTwoNumbersAndPerhapsAProtocol(String text, String meaning) {
        assertThat(PodPort.parse(text)
                        .map(port -> port.hostPort() + " to " + port.containerPort() + "/" + port.protocol())
                        .orElse("refused"))
                .isEqualTo(meaning);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "100K,       100000,       524288",
        "10M,        10000000,     1000000",
        "100G,       100000000000, 10000000000",
        "99K,        -1,           -1",
        "101G,       -1,           -1",
        "999999999G, -1,           -1",
        "10m,        -1,           -1",
        "1000000,    -1,           -1"
    })
    void aRateIsANumberWithAUnit(String text, long bits, long burst) {
        assertThat(BitRate.parse(text).map(BitRate::bits).orElse(-1L)).isEqualTo(bits);
        assertThat(BitRate.parse(text).map(BitRate::burst).orElse(-1L)).isEqualTo(burst);
    }

    private static NetworkList list(String plugins) {
        return NetworkList.parse(
                "{\"cniVersion\":\"0.4.0\",\"name\":\"net\",\"disableCheck\":true,\"plugins\":[" + plugins + "]}");
    }
}
