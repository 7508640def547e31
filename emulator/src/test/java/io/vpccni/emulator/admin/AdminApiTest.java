package io.vpccni.emulator.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vpccni.emulator.Emulator;
import io.vpccni.emulator.EmulatorOptions;
import io.vpccni.emulator.Http;
import io.vpccni.emulator.cloud.AddressWish;
import io.vpccni.emulator.cloud.Block;
import io.vpccni.emulator.cloud.Ec2Request;
import io.vpccni.emulator.cloud.Ec2Result;
import io.vpccni.emulator.cloud.NodePlan;
import io.vpccni.emulator.cloud.Query;
import io.vpccni.emulator.faults.Delays;
import io.vpccni.emulator.faults.Throttle;
import io.vpccni.emulator.imds.Lies;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AdminApiTest {
    private final Emulator emulator = Emulator.start(EmulatorOptions.instant());

    @AfterEach
    void close() {
        emulator.close();
    }

    private HttpResponse<String> call(String method, String path, String body) {
        return Http.call(method, emulator.adminEndpoint(), path, body);
    }

    private JsonNode json(String method, String path, String body) {
        HttpResponse<String> answer = call(method, path, body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        try {
            return new ObjectMapper().readTree(answer.body());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private String outcome(Ec2Request request) {
        return emulator.decide((core, now) -> {
            core.submit(request, now);
            return core.journal().entries().getLast().outcome();
        });
    }

    private String subnetId() {
        return json("GET", "/world", "")
                .path("subnets")
                .path(0)
                .path("subnetId")
                .asText();
    }

    @Test
    void theHelpIsServed() {
        assertThat(call("GET", "/", "").body()).isEqualTo(AdminApi.HELP);
    }

    @Test
    void theWorldShowsEndpointsNodesSubnetsAndEnis() {
        JsonNode world = json("GET", "/world", "");

        assertThat(world.path("ec2Endpoint").asText())
                .isEqualTo(emulator.ec2Endpoint().toString());
        assertThat(world.path("nodes")).hasSize(2);
        assertThat(world.at("/nodes/0/networkNamespace").isNull()).isTrue();
        assertThat(world.path("outsideAddress").isNull()).isTrue();
        assertThat(world.path("subnets").path(0).path("availableIpAddressCount").asInt())
                .isEqualTo(8185);
        assertThat(world.path("networkInterfaces")
                        .path(1)
                        .path("attachment")
                        .path("instanceId")
                        .asText())
                .isEqualTo(emulator.node("node2").instanceId());
    }

    @Test
    void theWorldShowsBranchesAndTheRulesOfGroups() {
        emulator.run(core -> {
            var node = core.nodes().getFirst();
            var create = Ec2Request.CreateNetworkInterface.in(node.subnetId());
            var trunk = core.cloud().call(create.withInterfaceType("trunk"), node.launchTime());
            var branch = core.cloud().call(create, node.launchTime());
            String trunkId = ((Ec2Result.Created) trunk).eni().id();
            core.cloud().call(new Ec2Request.AttachNetworkInterface(trunkId, node.id(), 1, 0), node.launchTime());
            core.cloud()
                    .call(
                            new Ec2Request.AssociateTrunkInterface(
                                    ((Ec2Result.Created) branch).eni().id(), trunkId, 5, null),
                            node.launchTime());
        });

        JsonNode world = json("GET", "/world", "");

        JsonNode trunk = world.at("/networkInterfaces/2");
        JsonNode branch = world.at("/networkInterfaces/3");
        assertThat(trunk.path("interfaceType").asText()).isEqualTo("trunk");
        assertThat(branch.path("interfaceType").asText()).isEqualTo("branch");
        assertThat(branch.at("/association/trunkInterfaceId")).isEqualTo(trunk.path("networkInterfaceId"));
        assertThat(branch.at("/association/vlanId").asInt()).isEqualTo(5);
        assertThat(branch.at("/groupIds/0")).isEqualTo(world.at("/securityGroups/0/groupId"));
        assertThat(world.at("/securityGroups/0/rules"))
                .hasSize(4)
                .anySatisfy(rule -> assertThat(rule.path("peer").asText()).isEqualTo("0.0.0.0/0"));
    }

    @Test
    void nodesAreAddedAndTerminated() {
        JsonNode added = json("POST", "/nodes", "{\"instanceType\":\"t3.small\",\"count\":2}");

        assertThat(added.path("nodes")).hasSize(2);
        assertThat(json("DELETE", "/nodes/node1", "").path("nodes")).hasSize(3);
        assertThat(call("DELETE", "/nodes/node1", "").statusCode()).isEqualTo(404);
        assertThat(emulator.node("node4").instanceType()).isEqualTo("t3.small");
    }

    @Test
    void nodesAreLaunchedWithMoreInterfaces() {
        json("POST", "/nodes", """
                {"instanceType":"p4d.24xlarge","ipv6":true,"interfaces":[
                 {"networkCard":1,"deviceIndex":0,"type":"efa-only"},{"networkCard":1,"deviceIndex":1}]}""");

        JsonNode enis = json("GET", "/world", "").path("networkInterfaces");
        assertThat(enis).hasSize(5);
        assertThat(enis.path(2).path("ipv6Addresses")).hasSize(1);
        assertThat(enis.path(3).path("interfaceType").asText()).isEqualTo("efa-only");
        assertThat(enis.path(4).path("attachment").path("networkCard").asInt()).isEqualTo(1);
        assertThat(call("POST", "/nodes", "{\"interfaces\":[{\"networkCard\":1}]}")
                        .body())
                .contains("Instance type m5.large has 1 network card.");
    }

    /** A second ENI on node1, with one secondary address. */
    private JsonNode attached() {
        NodePlan plan = NodePlan.of("m5.large").withEni(0, 1, "interface");
        String node = emulator.addNode(plan).instanceId();
        emulator.decide((core, now) -> core.somebodyElse()
                .call(
                        new Ec2Request.AssignPrivateIpAddresses(
                                core.cloud()
                                        .world()
                                        .interfacesOf(node)
                                        .getLast()
                                        .id(),
                                AddressWish.count(1),
                                false),
                        now));
        return last();
    }

    private JsonNode last() {
        JsonNode enis = json("GET", "/world", "").path("networkInterfaces");
        return enis.path(enis.size() - 1);
    }

    @Test
    void somebodyElseTakesAddressesDetachesAndDeletes() {
        JsonNode eni = attached();
        String route = "/interfaces/" + eni.path("networkInterfaceId").asText();

        json(
                "POST",
                route + "/unassign",
                "{\"addresses\":[\"" + eni.path("addresses").path(1).asText() + "\"]}");
        assertThat(last().path("addresses")).hasSize(1);
        json("POST", route + "/detach", "");
        assertThat(last().path("status").asText()).isEqualTo("available");
        json("DELETE", route, "");
        assertThat(last()).isNotEqualTo(eni);
        assertThat(call("DELETE", route, "").body()).contains("InvalidNetworkInterfaceID.NotFound");
        assertThat(call("POST", route + "/unassign", "{}").statusCode()).isEqualTo(400);
        assertThat(json("GET", "/counters", "").path("calls").asInt()).isZero();
    }

    @Test
    void imdsLiesUntilItIsCleared() {
        JsonNode eni = attached();
        String id = eni.path("networkInterfaceId").asText();

        json("POST", "/nodes/node3/imds-lies", "{\"hideInterface\":\"" + id + "\"}");
        json("POST", "/nodes/node3/imds-lies", "{\"hide\":\"10.0.0.9\"}");
        JsonNode told =
                json("POST", "/nodes/node3/imds-lies", "{\"show\":\"10.0.1.16/28\",\"interface\":\"" + id + "\"}");

        assertThat(told.path("lies")).hasSize(3);
        assertThat(told.at("/lies/2/show").asText()).isEqualTo("10.0.1.16/28");
        assertThat(emulator.<List<Lies.Lie>>ask(
                        core -> core.lies().of(emulator.node("node3").instanceId())))
                .containsExactly(
                        new Lies.Lie.HideInterface(id),
                        new Lies.Lie.Hide(Block.parse("10.0.0.9")),
                        new Lies.Lie.Show(id, Block.parse("10.0.1.16/28")));
        assertThat(json("GET", "/nodes/node1/imds-lies", "").path("lies")).isEmpty();
        assertThat(json("DELETE", "/nodes/node3/imds-lies", "").path("lies")).isEmpty();
        assertThat(call("POST", "/nodes/node3/imds-lies", "{}").statusCode()).isEqualTo(400);
        assertThat(call("POST", "/nodes/node3/imds-lies", "{\"hide\":\"x\"}").statusCode())
                .isEqualTo(400);
        assertThat(call("GET", "/nodes/node9/imds-lies", "").statusCode()).isEqualTo(404);
    }

    @Test
    void linksAreHeldBackUntilThatIsCleared() {
        json("PUT", "/nodes/node1/links", "{\"missing\":true}");
        String node = emulator.node("node1").instanceId();
        String id = emulator.decide((core, now) -> {
            var create =
                    Ec2Request.CreateNetworkInterface.in(core.nodes().getFirst().subnetId());
            String made = ((Ec2Result.Created) core.submit(create, now).result())
                    .eni()
                    .id();
            core.submit(new Ec2Request.AttachNetworkInterface(made, node, 1, 0), now)
                    .result();
            return made;
        });

        assertThat(json("GET", "/nodes/node1/links", "").at("/held/0").asText()).isEqualTo(id);
        JsonNode cleared = json("DELETE", "/nodes/node1/links", "");
        assertThat(cleared.path("held")).isEmpty();
        assertThat(cleared.has("missing")).isFalse();
        assertThat(json("PUT", "/nodes/node1/links", "{\"lateMillis\":7}")
                        .path("lateMillis")
                        .asInt())
                .isEqualTo(7);
        assertThat(call("PUT", "/nodes/node1/links", "{}").statusCode()).isEqualTo(400);
    }

    @Test
    void delaysAreTurnedOneByOneOrByProfile() {
        json("PUT", "/delays", "{\"actionMillis\":{\"DeleteNetworkInterface\":7},\"imdsLagMillis\":9}");
        assertThat(emulator.<Delays>ask(core -> core.faults().delays()))
                .isEqualTo(Delays.none()
                        .with("DeleteNetworkInterface", Duration.ofMillis(7))
                        .withImdsLag(Duration.ofMillis(9)));

        JsonNode published = json("PUT", "/delays", "{\"profile\":\"published\"}");
        assertThat(published.path("actionMillis").path("CreateNetworkInterface").asInt())
                .isEqualTo(450);
        assertThat(emulator.<Delays>ask(core -> core.faults().delays())).isEqualTo(Delays.published());
    }

    @Test
    void bucketsAreTurned() {
        json("PUT", "/throttle", "{\"buckets\":{\"Describe*\":{\"capacity\":1,\"perSecond\":0}}}");

        assertThat(outcome(new Ec2Request.DescribeVpcs(Query.ALL))).isEqualTo("ok");
        assertThat(outcome(new Ec2Request.DescribeVpcs(Query.ALL))).isEqualTo("RequestLimitExceeded");
        json("PUT", "/throttle", "{\"profile\":\"off\"}");
        assertThat(emulator.<Throttle>ask(core -> core.faults().throttle())).isEqualTo(Throttle.off());
    }

    @Test
    void errorsWaitForTheirCallsAndCanBeForgotten() {
        json("POST", "/errors", "{\"action\":\"DescribeVpcs\",\"code\":\"UnauthorizedOperation\",\"count\":5}");

        assertThat(outcome(new Ec2Request.DescribeVpcs(Query.ALL))).isEqualTo("UnauthorizedOperation");
        JsonNode left = json("GET", "/errors", "").path("errors").path(0);
        assertThat(left.path("count").asInt()).isEqualTo(4);
        assertThat(left.path("httpStatus").asInt()).isEqualTo(403);
        assertThat(json("DELETE", "/errors", "").path("errors")).isEmpty();
        assertThat(outcome(new Ec2Request.DescribeVpcs(Query.ALL))).isEqualTo("ok");
    }

    @Test
    void answersAreLost() {
        JsonNode lost = json("POST", "/lost-answers", "{\"action\":\"DescribeVpcs\",\"count\":2}");

        assertThat(lost.path("DescribeVpcs").asInt()).isEqualTo(2);
        outcome(new Ec2Request.DescribeVpcs(Query.ALL));
        assertThat(json("GET", "/lost-answers", "").path("DescribeVpcs").asInt())
                .isEqualTo(1);
        assertThat(json("GET", "/journal", "")
                        .path("calls")
                        .path(0)
                        .path("answered")
                        .asBoolean())
                .isFalse();
    }

    @Test
    void theJournalCountsAndIsReset() {
        outcome(new Ec2Request.DescribeVpcs(Query.ALL));
        outcome(new Ec2Request.DescribeVpcs(Query.ids("vpc-0123456789abcdef0")));

        JsonNode counters = json("GET", "/counters", "");
        assertThat(counters.path("calls").asInt()).isEqualTo(2);
        assertThat(counters.path("actions").path("DescribeVpcs").path("failed").asInt())
                .isEqualTo(1);
        JsonNode second = json("GET", "/journal?since=1", "").path("calls");
        assertThat(second).hasSize(1);
        assertThat(second.path(0).path("outcome").asText()).isEqualTo("InvalidVpcID.NotFound");
        assertThat(json("DELETE", "/journal", "").path("calls").asInt()).isZero();
    }

    @Test
    void subnetsAreFragmentedFilledAndFreed() {
        String subnet = subnetId();
        String eni = json("GET", "/world", "")
                .path("networkInterfaces")
                .path(0)
                .path("networkInterfaceId")
                .asText();
        Ec2Request prefix = new Ec2Request.AssignPrivateIpAddresses(eni, AddressWish.prefixCount(1), false);
        Ec2Request address = new Ec2Request.AssignPrivateIpAddresses(eni, AddressWish.count(1), false);

        json("POST", "/subnets/" + subnet + "/occupy", "{\"oneInEachBlock\":true}");
        assertThat(outcome(prefix)).isEqualTo("InsufficientCidrBlocks");
        assertThat(outcome(address)).isEqualTo("ok");
        json("POST", "/subnets/" + subnet + "/occupy", "{\"allBut\":0}");
        assertThat(outcome(address)).isEqualTo("InsufficientFreeAddressesInSubnet");
        json("POST", "/subnets/" + subnet + "/vacate", "");
        assertThat(outcome(prefix)).isEqualTo("ok");
        assertThat(json("POST", "/subnets/" + subnet + "/occupy", "{\"count\":3}")
                        .path("occupied"))
                .hasSize(3);
    }

    @Test
    void vacatingGivesBackOnlyWhatWasOccupied() {
        String world = json("GET", "/world", "")
                .path("networkInterfaces")
                .path(0)
                .path("addresses")
                .path(0)
                .asText();

        JsonNode given = json("POST", "/subnets/" + subnetId() + "/vacate", "{\"addresses\":[\"" + world + "\"]}");

        assertThat(given.path("vacated")).isEmpty();
    }

    @Test
    void theQuotaIsTurned() {
        json("PUT", "/quota", "{\"interfaces\":2}");

        assertThat(outcome(Ec2Request.CreateNetworkInterface.in(subnetId())))
                .isEqualTo("NetworkInterfaceLimitExceeded");
    }

    @Test
    void theAccountIsAdmittedToTrunksOrNot() {
        JsonNode limits = json("PUT", "/quota", "{\"trunkApi\":false,\"groupsPerInterface\":16}");

        assertThat(limits).isEqualTo(json("GET", "/quota", ""));
        assertThat(limits.path("interfaces").asInt()).as("not named").isEqualTo(5000);
        assertThat(limits.path("groupsPerInterface").asInt()).isEqualTo(16);
        assertThat(outcome(Ec2Request.CreateNetworkInterface.in(subnetId()).withInterfaceType("trunk")))
                .isEqualTo("InvalidParameterValue");
    }

    @ParameterizedTest(name = "{0} {1} {2}")
    @CsvSource(
            delimiter = '|',
            value = {
                "GET | /nothing | '' | 404",
                "PUT | /delays | [] | 400",
                "PUT | /delays | {\"jitter\":2} | 400",
                "PUT | /delays | {\"attachMillis\":-1} | 400",
                "PUT | /delays | {\"profile\":\"slow\"} | 400",
                "PUT | /throttle | {\"buckets\":{\"*\":{}}} | 400",
                "POST | /errors | {\"action\":\"DescribeVpcs\"} | 400",
                "POST | /lost-answers | {\"count\":1} | 400",
                "POST | /nodes | {\"instanceType\":\"z9.huge\"} | 400",
                "POST | /subnets/subnet-1/occupy | {\"count\":1} | 400",
                "POST | /subnets/subnet-1/occupy | {} | 400",
                "GET | /journal?since=x | '' | 400",
                "PUT | /quota | { | 400",
                "PUT | /quota | {\"trunkApi\":1} | 400",
                "PUT | /quota | {\"groupsPerInterface\":17} | 400"
            })
    void whatMakesNoSenseIsAnswered(String method, String path, String body, int status) {
        HttpResponse<String> answer = call(method, path, body);

        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.body()).contains("\"error\"");
    }
}
