package io.vpccni.emulator.ec2;

import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.emulator.Emulator;
import io.vpccni.emulator.EmulatorOptions;
import io.vpccni.emulator.faults.Delays;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.services.ec2.Ec2AsyncClient;
import software.amazon.awssdk.services.ec2.model.Ec2Exception;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.InterfacePermissionType;
import software.amazon.awssdk.services.ec2.model.InterfaceProtocolType;
import software.amazon.awssdk.services.ec2.model.IpPermission;
import software.amazon.awssdk.services.ec2.model.NetworkInterface;
import software.amazon.awssdk.services.ec2.model.NetworkInterfaceCreationType;
import software.amazon.awssdk.services.ec2.model.NetworkInterfacePermissionStateCode;
import software.amazon.awssdk.services.ec2.model.NetworkInterfaceType;
import software.amazon.awssdk.services.ec2.model.ResourceType;
import software.amazon.awssdk.services.ec2.model.SecurityGroup;
import software.amazon.awssdk.services.ec2.model.SecurityGroupRule;
import software.amazon.awssdk.services.ec2.model.Tag;
import software.amazon.awssdk.services.ec2.model.TrunkInterfaceAssociation;

/** Trunks, branches and security groups through the real AWS SDK, without retries. */
class TrunkContractTest {
    // Shared: closing an event loop takes two seconds.
    private static final SdkAsyncHttpClient HTTP = NettyNioAsyncHttpClient.create();

    private final Emulator emulator =
            Emulator.start(EmulatorOptions.instant().withNodes(1).withInstanceType("m5.4xlarge"));
    private final String node = emulator.nodes().getFirst().instanceId();
    private final Ec2AsyncClient ec2 = RealSdk.of(emulator, HTTP);

    @AfterAll
    static void closeHttp() {
        HTTP.close();
    }

    @AfterEach
    void close() {
        ec2.close();
        emulator.close();
    }

    private String subnetId() {
        return RealSdk.subnetId(emulator);
    }

    private String vpcId() {
        return emulator.ask(
                core -> core.cloud().world().vpcs().keySet().iterator().next());
    }

    private NetworkInterface trunk() {
        NetworkInterface trunk = ec2.createNetworkInterface(
                        request -> request.subnetId(subnetId()).interfaceType(NetworkInterfaceCreationType.TRUNK))
                .join()
                .networkInterface();
        ec2.attachNetworkInterface(request -> request.networkInterfaceId(trunk.networkInterfaceId())
                        .instanceId(node)
                        .deviceIndex(7))
                .join();
        return trunk;
    }

    private String branch() {
        return ec2.createNetworkInterface(request -> request.subnetId(subnetId())
                        .description("aws-k8s-branch-eni")
                        .tagSpecifications(specification -> specification
                                .resourceType(ResourceType.NETWORK_INTERFACE)
                                .tags(Tag.builder()
                                        .key("vpcresources.k8s.aws/vlan-id")
                                        .value("1")
                                        .build())))
                .join()
                .networkInterface()
                .networkInterfaceId();
    }

    private TrunkInterfaceAssociation associate(String branch, String trunk, int vlanId) {
        return ec2.associateTrunkInterface(request -> request.branchInterfaceId(branch)
                        .trunkInterfaceId(trunk)
                        .vlanId(vlanId))
                .join()
                .interfaceAssociation();
    }

    private NetworkInterface describe(String eniId) {
        return ec2.describeNetworkInterfaces(request -> request.networkInterfaceIds(eniId))
                .join()
                .networkInterfaces()
                .getFirst();
    }

    private static String code(CompletableFuture<?> call) {
        return RealSdk.failure(call).awsErrorDetails().errorCode();
    }

    @Test
    void aBranchIsPermittedAssociatedDescribedAndDisassociated() {
        NetworkInterface trunk = trunk();
        assertThat(trunk.interfaceType()).isEqualTo(NetworkInterfaceType.TRUNK);
        String branch = branch();

        var permission = ec2.createNetworkInterfacePermission(request -> request.networkInterfaceId(branch)
                        .permission(InterfacePermissionType.INSTANCE_ATTACH)
                        .awsAccountId("210987654321"))
                .join()
                .interfacePermission();
        assertThat(permission.networkInterfacePermissionId()).startsWith("eni-perm-");
        assertThat(permission.networkInterfaceId()).isEqualTo(branch);
        assertThat(permission.awsAccountId()).isEqualTo("210987654321");
        assertThat(permission.permissionState().state()).isEqualTo(NetworkInterfacePermissionStateCode.GRANTED);

        var answer = ec2.associateTrunkInterface(request -> request.branchInterfaceId(branch)
                        .trunkInterfaceId(trunk.networkInterfaceId())
                        .vlanId(7)
                        .clientToken("once"))
                .join();
        assertThat(answer.clientToken()).isEqualTo("once");
        TrunkInterfaceAssociation association = answer.interfaceAssociation();
        assertThat(association.associationId()).startsWith("trunk-assoc-");
        assertThat(association.interfaceProtocol()).isEqualTo(InterfaceProtocolType.VLAN);
        assertThat(association.vlanId()).isEqualTo(7);
        assertThat(describe(branch))
                .returns("branch", NetworkInterface::interfaceTypeAsString)
                .returns("in-use", NetworkInterface::statusAsString)
                .returns(null, NetworkInterface::attachment);
        assertThat(ec2.describeTrunkInterfaceAssociations(
                                request -> request.associationIds(association.associationId()))
                        .join()
                        .interfaceAssociations())
                .containsExactly(association);

        assertThat(ec2.disassociateTrunkInterface(request -> request.associationId(association.associationId())
                                .clientToken("twice"))
                        .join())
                .satisfies(done -> assertThat(done.returnValue()).isTrue())
                .satisfies(done -> assertThat(done.clientToken()).isEqualTo("twice"));
        assertThat(describe(branch).statusAsString()).isEqualTo("available");
        assertThat(code(ec2.disassociateTrunkInterface(request -> request.associationId(association.associationId()))))
                .isEqualTo("InvalidAssociationID.NotFound");
    }

    @Test
    void associationsAreFilteredAndPaged() {
        String trunk = trunk().networkInterfaceId();
        List<String> branches = IntStream.rangeClosed(1, 7)
                .mapToObj(vlanId -> associate(branch(), trunk, vlanId).branchInterfaceId())
                .toList();
        Filter ofTrunk = Filter.builder()
                .name("trunk-interface-association.trunk-interface-id")
                .values(trunk)
                .build();
        Filter ofBranch = Filter.builder()
                .name("trunk-interface-association.branch-interface-id")
                .values(branches.get(3))
                .build();

        List<String> found = new ArrayList<>();
        ec2.describeTrunkInterfaceAssociationsPaginator(
                        request -> request.filters(ofTrunk).maxResults(5))
                .subscribe(page ->
                        page.interfaceAssociations().forEach(association -> found.add(association.branchInterfaceId())))
                .join();
        assertThat(found).containsExactlyElementsOf(branches);
        assertThat(ec2.describeTrunkInterfaceAssociations(request -> request.filters(ofTrunk, ofBranch))
                        .join()
                        .interfaceAssociations())
                .extracting(TrunkInterfaceAssociation::vlanId)
                .containsExactly(4);
    }

    @Test
    void anAssociationDoesNotShowYetWhereReadsLag() {
        String trunk = trunk().networkInterfaceId();
        emulator.setDelays(Delays.none().withDescribeLag(Duration.ofHours(1)));
        String association = associate(branch(), trunk, 1).associationId();

        assertThat(code(ec2.describeTrunkInterfaceAssociations(request -> request.associationIds(association))))
                .isEqualTo("InvalidAssociationID.NotFound");
    }

    @ParameterizedTest(name = "by {0}")
    @ValueSource(
            strings = {
                "tag:vpcresources.k8s.aws/vlan-id",
                "tag-key",
                "subnet-id",
                "vpc-id",
                "status",
                "interface-type",
                "network-interface-id",
                "group-id"
            })
    void branchesAreFound(String filter) {
        String trunk = trunk().networkInterfaceId();
        String branch = branch();
        associate(branch, trunk, 1);
        String group = describe(branch).groups().getFirst().groupId();
        Map<String, String> values = Map.of(
                "tag:vpcresources.k8s.aws/vlan-id",
                "1",
                "tag-key",
                "vpcresources.k8s.aws/vlan-id",
                "subnet-id",
                subnetId(),
                "vpc-id",
                vpcId(),
                "status",
                "in-use",
                "interface-type",
                "branch",
                "network-interface-id",
                branch,
                "group-id",
                group);

        assertThat(ec2.describeNetworkInterfaces(request -> request.filters(Filter.builder()
                                .name(filter)
                                .values(values.get(filter), "nothing")
                                .build()))
                        .join()
                        .networkInterfaces())
                .extracting(NetworkInterface::networkInterfaceId)
                .contains(branch);
    }

    @Test
    void aTrunkIsFoundByItsInstance() {
        String trunk = trunk().networkInterfaceId();
        associate(branch(), trunk, 1);

        assertThat(ec2.describeNetworkInterfaces(request -> request.filters(Filter.builder()
                                .name("attachment.instance-id")
                                .values(node)
                                .build()))
                        .join()
                        .networkInterfaces())
                .hasSize(2)
                .extracting(NetworkInterface::networkInterfaceId)
                .contains(trunk);
    }

    @Test
    void aFilterHasUpTo200Values() {
        List<String> values = IntStream.range(0, 201).mapToObj(i -> "eni-" + i).toList();

        assertThat(code(ec2.describeNetworkInterfaces(request -> request.filters(Filter.builder()
                        .name("network-interface-id")
                        .values(values)
                        .build()))))
                .isEqualTo("FilterLimitExceeded");
        assertThat(ec2.describeNetworkInterfaces(request -> request.filters(Filter.builder()
                                .name("network-interface-id")
                                .values(values.subList(0, 200))
                                .build()))
                        .join()
                        .networkInterfaces())
                .isEmpty();
    }

    @Test
    void aDryRunProbesTheTrunkApi() {
        CompletableFuture<?> open = ec2.createNetworkInterface(request -> request.subnetId(subnetId())
                .interfaceType(NetworkInterfaceCreationType.TRUNK)
                .dryRun(true));
        assertThat(RealSdk.failure(open).statusCode()).isEqualTo(412);
        emulator.run(core -> core.cloud().setLimits(core.cloud().limits().withTrunkApi(false)));

        Ec2Exception closed = RealSdk.failure(ec2.createNetworkInterface(request -> request.subnetId(subnetId())
                .interfaceType(NetworkInterfaceCreationType.TRUNK)
                .dryRun(true)));

        assertThat(closed.awsErrorDetails().errorCode()).isEqualTo("InvalidParameterValue");
        assertThat(closed.awsErrorDetails().errorMessage()).contains("trunk").contains("EFA");
        assertThat(emulator.<Long>ask(core -> core.journal().calls("CreateNetworkInterface")))
                .isEqualTo(2);
    }

    @Test
    void aGroupWithItsRulesIsMadeShownAndDeleted() {
        String web = ec2.createSecurityGroup(request -> request.groupName("web")
                        .description("a test")
                        .vpcId(vpcId())
                        .tagSpecifications(specification -> specification
                                .resourceType(ResourceType.SECURITY_GROUP)
                                .tags(Tag.builder().key("k").value("v").build())))
                .join()
                .groupId();
        IpPermission http = IpPermission.builder()
                .ipProtocol("tcp")
                .fromPort(80)
                .toPort(90)
                .ipRanges(range -> range.cidrIp("10.0.0.0/8").description("inside"))
                .ipv6Ranges(range -> range.cidrIpv6("::/0"))
                .userIdGroupPairs(pair -> pair.groupId(web))
                .build();

        var added = ec2.authorizeSecurityGroupIngress(
                        request -> request.groupId(web).ipPermissions(http))
                .join();

        assertThat(added.securityGroupRules()).hasSize(3);
        SecurityGroup shown = ec2.describeSecurityGroups(request -> request.groupIds(web))
                .join()
                .securityGroups()
                .getFirst();
        assertThat(shown.tags()).hasSize(1);
        assertThat(shown.ipPermissions()).singleElement().satisfies(permission -> {
            assertThat(permission.fromPort()).isEqualTo(80);
            assertThat(permission.ipRanges()).isEqualTo(http.ipRanges());
            assertThat(permission.ipv6Ranges()).isEqualTo(http.ipv6Ranges());
            assertThat(permission.userIdGroupPairs().getFirst().groupId()).isEqualTo(web);
        });
        assertThat(shown.ipPermissionsEgress()).singleElement().satisfies(permission -> {
            assertThat(permission.ipProtocol()).isEqualTo("-1");
            assertThat(permission.fromPort()).isNull();
        });
        List<SecurityGroupRule> rules = ec2.describeSecurityGroupRules(request -> request.filters(
                        Filter.builder().name("group-id").values(web).build()))
                .join()
                .securityGroupRules();
        assertThat(rules).hasSize(5).containsAll(added.securityGroupRules());
        assertThat(rules.stream().filter(rule -> rule.referencedGroupInfo() != null))
                .singleElement()
                .satisfies(
                        rule -> assertThat(rule.referencedGroupInfo().groupId()).isEqualTo(web));

        assertThat(ec2.revokeSecurityGroupIngress(
                                request -> request.groupId(web).ipPermissions(http))
                        .join()
                        .revokedSecurityGroupRules())
                .hasSize(3);
        assertThat(ec2.revokeSecurityGroupEgress(request -> request.groupId(web)
                                .securityGroupRuleIds(rules.stream()
                                        .filter(SecurityGroupRule::isEgress)
                                        .map(SecurityGroupRule::securityGroupRuleId)
                                        .toList()))
                        .join()
                        .returnValue())
                .isTrue();
        IpPermission dns = IpPermission.builder()
                .ipProtocol("udp")
                .fromPort(53)
                .toPort(53)
                .ipRanges(range -> range.cidrIp("10.0.0.2/32"))
                .build();
        ec2.authorizeSecurityGroupEgress(request -> request.groupId(web).ipPermissions(dns))
                .join();
        assertThat(ec2.describeSecurityGroups(request -> request.groupIds(web))
                        .join()
                        .securityGroups()
                        .getFirst())
                .satisfies(group -> assertThat(group.ipPermissions()).isEmpty())
                .satisfies(group -> assertThat(group.ipPermissionsEgress()).hasSize(1));
        ec2.deleteSecurityGroup(request -> request.groupId(web)).join();
        assertThat(code(ec2.describeSecurityGroups(request -> request.groupIds(web))))
                .isEqualTo("InvalidGroup.NotFound");
    }

    @Test
    void theGroupsOfABranchAreChanged() {
        String trunk = trunk().networkInterfaceId();
        String branch = branch();
        associate(branch, trunk, 1);
        String web = ec2.createSecurityGroup(request ->
                        request.groupName("web").description("a test").vpcId(vpcId()))
                .join()
                .groupId();

        ec2.modifyNetworkInterfaceAttribute(
                        request -> request.networkInterfaceId(branch).groups(web))
                .join();

        assertThat(describe(branch).groups())
                .singleElement()
                .satisfies(group -> assertThat(group.groupId()).isEqualTo(web));
        assertThat(code(ec2.deleteSecurityGroup(request -> request.groupId(web))))
                .isEqualTo("DependencyViolation");
        ec2.deleteNetworkInterface(request -> request.networkInterfaceId(branch))
                .join();
    }
}
