package io.vpccni.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import io.vpccni.api.proto.v1.CniRequest;
import io.vpccni.daemon.BranchDel.Remembered;
import io.vpccni.daemon.BranchPlace;
import io.vpccni.daemon.LinkNames;
import io.vpccni.dataplane.BranchLink;
import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.MacAddress;
import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an ADD of a pod with a branch interface prints, and what its DEL makes of that. */
class BranchResultTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @ParameterizedTest(name = "{0}, {1}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            0.4.0 | 10.0.3.9     | 10.0.3.1    | {"cniVersion":"0.4.0","interfaces":[{"name":"vlancc21c2d7785"},{"name":"eth0","mac":"0","sandbox":"/run/netns/a"},{"name":"dummycc21c2d7785","mac":"7"}],"ips":[{"version":"4","interface":1,"address":"10.0.3.9/32","gateway":"10.0.3.1"}],"dns":{}}
            1.0.0 | 2001:db8::7  | fe80:ec2::1 | {"cniVersion":"1.0.0","interfaces":[{"name":"vlancc21c2d7785"},{"name":"eth0","mac":"0","sandbox":"/run/netns/a"},{"name":"dummycc21c2d7785","mac":"7"}],"ips":[{"interface":1,"address":"2001:db8::7/128","gateway":"fe80:ec2::1"}]}
            """)
    void theResultIsTheReferencesAndItsDelNeedsNothingElse(
            String version, String address, String gateway, String result) throws IOException {
        CniCall add = call("{\"cniVersion\":\"" + version + "\",\"name\":\"aws-cni\"}");
        BranchPlace place = new BranchPlace(
                add.sandbox(),
                add.args().pod(),
                "vlancc21c2d7785",
                IpAddress.parse(address),
                new BranchLink(
                        7,
                        new MacAddress("02:00:00:00:03:07"),
                        IpAddress.parse(gateway),
                        new MacAddress("02:00:00:00:00:77")),
                5);

        assertThat(CniResult.of(add, place)).isEqualTo(JSON.readTree(result));

        CniCall del = call("{\"cniVersion\":\"" + version + "\",\"name\":\"aws-cni\",\"prevResult\":" + result + "}");
        assertThat(BranchMemory.of(del, links(del)))
                .contains(new Remembered(7, "vlancc21c2d7785", Optional.of(IpAddress.parse(address))));
    }

    @Test
    void anOrdinaryPodIsNotRememberedAsABranchPodAndANameForAVlanIdIsAnError() {
        CniCall ordinary = call(withDummy("0"));
        assertThat(BranchMemory.of(ordinary, links(ordinary))).isEmpty();

        CniCall broken = call(withDummy("seven"));
        assertThatThrownBy(() -> BranchMemory.of(broken, links(broken)))
                .hasMessage("del cmd: failed to delete with prevResult: malformed vlanID in prevResult: seven");
    }

    private static String withDummy(String mac) {
        return "{\"cniVersion\":\"0.4.0\",\"name\":\"aws-cni\",\"prevResult\":{\"interfaces\":[{\"name\":\"dummycc21c2d7785\","
                + "\"mac\":\"" + mac + "\"}]}}";
    }

    private static LinkNames links(CniCall call) {
        return new LinkNames("eni", call.sandbox(), call.args().pod());
    }

    private static CniCall call(String config) {
        return CniCall.parse(
                CniRequest.newBuilder()
                        .setContainerId("c1")
                        .setIfName("eth0")
                        .setNetns("/run/netns/a")
                        .setArgs("K8S_POD_NAMESPACE=default;K8S_POD_NAME=sample-pod")
                        .setConfig(ByteString.copyFromUtf8(config))
                        .build(),
                "eni");
    }
}
