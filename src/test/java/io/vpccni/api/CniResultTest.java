package io.vpccni.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import io.vpccni.api.proto.v1.CniRequest;
import io.vpccni.daemon.LinkNames;
import io.vpccni.daemon.PodInterface;
import io.vpccni.pool.Assignment;
import io.vpccni.pool.PodAddress;
import io.vpccni.vpc.Eni;
import io.vpccni.vpc.EniId;
import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.Ipv4Address;
import io.vpccni.vpc.Ipv4Cidr;
import io.vpccni.vpc.MacAddress;
import io.vpccni.vpc.Slots;
import io.vpccni.vpc.SubnetId;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an ADD prints for {@code default/sample-pod}, in the versions of the specification and for the kinds of pod. */
class CniResultTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @ParameterizedTest(name = "{0}, {1}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            on the primary interface | 0.4.0 | 0/0/10.0.1.23 | {"cniVersion":"0.4.0","interfaces":[{"name":"enicc21c2d7785"},{"name":"eth0","mac":"254","sandbox":"/run/netns/a"},{"name":"dummycc21c2d7785","mac":"0","sandbox":"0"}],"ips":[{"version":"4","interface":1,"address":"10.0.1.23/32"}],"dns":{}}
            on the primary interface | 1.0.0 | 0/0/10.0.1.23 | {"cniVersion":"1.0.0","interfaces":[{"name":"enicc21c2d7785"},{"name":"eth0","mac":"254","sandbox":"/run/netns/a"},{"name":"dummycc21c2d7785","mac":"0","sandbox":"0"}],"ips":[{"interface":1,"address":"10.0.1.23/32"}]}
            on the primary interface | 0.2.0 | 0/0/10.0.1.23 | {"cniVersion":"0.2.0","ip4":{"ip":"10.0.1.23/32"},"dns":{}}
            on a secondary interface | 0.4.0 | 0/3/10.0.1.23 | {"cniVersion":"0.4.0","interfaces":[{"name":"enicc21c2d7785"},{"name":"eth0","mac":"4","sandbox":"/run/netns/a"},{"name":"dummycc21c2d7785","mac":"0","sandbox":"3"}],"ips":[{"version":"4","interface":1,"address":"10.0.1.23/32"}],"dns":{}}
            of an IPv6 cluster       | 0.4.0 | 0/1/2001:db8::7 | {"cniVersion":"0.4.0","interfaces":[{"name":"enicc21c2d7785"},{"name":"eth0","mac":"2","sandbox":"/run/netns/a"},{"name":"dummycc21c2d7785","mac":"0","sandbox":"1"}],"ips":[{"version":"6","interface":1,"address":"2001:db8::7/128"}],"dns":{}}
            on two network cards     | 1.1.0 | 0/0/10.0.1.23 1/1/10.0.2.23 | {"cniVersion":"1.1.0","interfaces":[{"name":"enicc21c2d7785"},{"name":"eth0","mac":"254","sandbox":"/run/netns/a"},{"name":"enia0b7655f3c9"},{"name":"mNicIf1","mac":"10101","sandbox":"/run/netns/a"},{"name":"dummycc21c2d7785","mac":"0","sandbox":"0"}],"ips":[{"interface":1,"address":"10.0.1.23/32"},{"interface":3,"address":"10.0.2.23/32"}]}
            """)
    void aPodsResultIsTheReferences(String pod, String version, String cardDeviceAddress, String result)
            throws IOException {
        CniCall call = CniCall.parse(
                CniRequest.newBuilder()
                        .setContainerId("c1")
                        .setIfName("eth0")
                        .setNetns("/run/netns/a")
                        .setArgs("K8S_POD_NAMESPACE=default;K8S_POD_NAME=sample-pod")
                        .setConfig(ByteString.copyFromUtf8(
                                "{\"cniVersion\":\"" + version + "\",\"name\":\"aws-cni\",\"vethPrefix\":\"eni\"}"))
                        .build(),
                "eni");
        List<PodAddress> addresses = List.of(cardDeviceAddress.split(" ")).stream()
                .map(CniResultTest::address)
                .toList();
        Assignment assignment = new Assignment(call.sandbox(), call.args().pod(), addresses, Instant.EPOCH);
        LinkNames links = new LinkNames("eni", call.sandbox(), call.args().pod());

        assertThat(CniResult.of(call, PodInterface.of(assignment, links))).isEqualTo(JSON.readTree(result));
    }

    private static PodAddress address(String cardDeviceAddress) {
        String[] words = cardDeviceAddress.split("/");
        Eni eni = new Eni(
                new EniId("eni-1"),
                new MacAddress("02:00:00:00:00:01"),
                Integer.parseInt(words[0]),
                Integer.parseInt(words[1]),
                new SubnetId("subnet-1"),
                Ipv4Cidr.parse("10.0.1.0/24"),
                Ipv4Address.parse("10.0.1.10"),
                Slots.EMPTY);
        return new PodAddress(IpAddress.parse(words[2]), eni);
    }
}
