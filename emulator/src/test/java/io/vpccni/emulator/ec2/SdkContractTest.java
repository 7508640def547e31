package io.vpccni.emulator.ec2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.vpccni.emulator.Emulator;
import io.vpccni.emulator.EmulatorOptions;
import io.vpccni.emulator.Journal;
import io.vpccni.emulator.cloud.NodePlan;
import io.vpccni.emulator.faults.InjectedError;
import io.vpccni.emulator.faults.Throttle;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.services.ec2.Ec2AsyncClient;
import software.amazon.awssdk.services.ec2.model.AttachmentStatus;
import software.amazon.awssdk.services.ec2.model.CreateNetworkInterfaceRequest;
import software.amazon.awssdk.services.ec2.model.Ec2Exception;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.Instance;
import software.amazon.awssdk.services.ec2.model.InstanceType;
import software.amazon.awssdk.services.ec2.model.NetworkInterface;
import software.amazon.awssdk.services.ec2.model.NetworkInterfacePrivateIpAddress;
import software.amazon.awssdk.services.ec2.model.NetworkInterfaceStatus;
import software.amazon.awssdk.services.ec2.model.ResourceType;
import software.amazon.awssdk.services.ec2.model.Subnet;
import software.amazon.awssdk.services.ec2.model.Tag;

/** Every action through the real AWS SDK, without retries. */
class SdkContractTest {
    // Shared: closing an event loop takes two seconds.
    private static final SdkAsyncHttpClient HTTP = NettyNioAsyncHttpClient.create();

    private final Emulator emulator = Emulator.start(EmulatorOptions.instant());
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

    private NetworkInterface create(java.util.function.Consumer<CreateNetworkInterfaceRequest.Builder> request) {
        return ec2.createNetworkInterface(builder -> request.accept(builder.subnetId(subnetId())))
                .join()
                .networkInterface();
    }

    private NetworkInterface describe(String eniId) {
        return ec2.describeNetworkInterfaces(request -> request.networkInterfaceIds(eniId))
                .join()
                .networkInterfaces()
                .getFirst();
    }

    @Test
    void describeInstancesShowsTheNodeAndItsPrimaryEni() {
        Instance instance = ec2.describeInstances(request -> request.instanceIds(node))
                .join()
                .reservations()
                .getFirst()
                .instances()
                .getFirst();

        assertThat(instance.instanceId()).isEqualTo(node).matches("i-[0-9a-f]{17}");
        assertThat(instance.instanceType()).isEqualTo(InstanceType.M5_LARGE);
        assertThat(instance.state().nameAsString()).isEqualTo("running");
        assertThat(instance.placement().availabilityZone()).isEqualTo("us-west-2a");
        assertThat(instance.networkInterfaces()).singleElement().satisfies(eni -> {
            assertThat(eni.attachment().deviceIndex()).isZero();
            assertThat(eni.attachment().networkCardIndex()).isZero();
            assertThat(eni.attachment().deleteOnTermination()).isTrue();
            assertThat(eni.attachment().status()).isEqualTo(AttachmentStatus.ATTACHED);
            assertThat(eni.privateIpAddress()).isEqualTo(instance.privateIpAddress());
            assertThat(eni.privateIpAddresses())
                    .singleElement()
                    .satisfies(address -> assertThat(address.primary()).isTrue());
            assertThat(eni.description()).isEmpty();
            assertThat(eni.groups()).hasSize(1);
        });
    }

    @Test
    void whatNoPolicyAllowsIsRefused() {
        emulator.run(core -> core.allowOnly(Set.of("DescribeInstances")));

        assertThat(ec2.describeInstances().join().reservations()).isNotEmpty();
        Ec2Exception refusal = RealSdk.failure(ec2.describeSubnets());
        assertThat(refusal.awsErrorDetails().errorCode()).isEqualTo("UnauthorizedOperation");
        assertThat(refusal.statusCode()).isEqualTo(403);
        assertThat(refusal.getMessage()).contains("ec2:DescribeSubnets");
    }

    @Test
    void anIpv6NodeHasItsAddressFromTheStart() {
        String dual = emulator.addNode(NodePlan.of("m5.large").withIpv6()).instanceId();

        assertThat(ec2.describeInstances(request -> request.instanceIds(dual))
                        .join()
                        .reservations()
                        .getFirst()
                        .instances()
                        .getFirst()
                        .networkInterfaces()
                        .getFirst()
                        .ipv6Addresses())
                .singleElement()
                .satisfies(address -> assertThat(address.ipv6Address()).startsWith("2600:1f14:e00:7c00:"));
    }

    @Test
    void describeInstanceTypesShowsLimits() {
        assertThat(ec2.describeInstanceTypes(request -> request.instanceTypesWithStrings("m5.4xlarge"))
                        .join()
                        .instanceTypes())
                .singleElement()
                .satisfies(type -> {
                    assertThat(type.networkInfo().maximumNetworkInterfaces()).isEqualTo(8);
                    assertThat(type.networkInfo().ipv4AddressesPerInterface()).isEqualTo(30);
                    assertThat(type.networkInfo().networkCards()).hasSize(1);
                    assertThat(type.hypervisorAsString()).isEqualTo("nitro");
                    assertThat(type.bareMetal()).isFalse();
                });
    }

    @Test
    void describeInstanceTypesShowsCardsAndEfa() {
        assertThat(ec2.describeInstanceTypes(request -> request.instanceTypesWithStrings("p4d.24xlarge"))
                        .join()
                        .instanceTypes())
                .singleElement()
                .satisfies(type -> {
                    assertThat(type.networkInfo().maximumNetworkInterfaces()).isEqualTo(60);
                    assertThat(type.networkInfo().maximumNetworkCards()).isEqualTo(4);
                    assertThat(type.networkInfo().defaultNetworkCardIndex()).isZero();
                    assertThat(type.networkInfo().networkCards())
                            .extracting(card -> card.networkCardIndex(), card -> card.maximumNetworkInterfaces())
                            .containsExactly(tuple(0, 15), tuple(1, 15), tuple(2, 15), tuple(3, 15));
                    assertThat(type.networkInfo().efaSupported()).isTrue();
                    assertThat(type.networkInfo().efaInfo().maximumEfaInterfaces())
                            .isEqualTo(4);
                });
        assertThat(ec2.describeInstanceTypes(request -> request.filters(
                                Filter.builder()
                                        .name("network-info.maximum-network-cards")
                                        .values("4")
                                        .build(),
                                Filter.builder()
                                        .name("network-info.efa-supported")
                                        .values("true")
                                        .build()))
                        .join()
                        .instanceTypes())
                .extracting(type -> type.instanceTypeAsString())
                .containsExactly("p4d.24xlarge");
    }

    @Test
    void anInterfaceIsAttachedToAnotherCard() {
        String big = emulator.addNode("p4d.24xlarge").instanceId();
        String id = create(request -> {}).networkInterfaceId();

        var attached = ec2.attachNetworkInterface(request -> request.networkInterfaceId(id)
                        .instanceId(big)
                        .networkCardIndex(2)
                        .deviceIndex(1))
                .join();

        assertThat(attached.networkCardIndex()).isEqualTo(2);
        assertThat(describe(id).attachment().networkCardIndex()).isEqualTo(2);
        assertThat(RealSdk.failure(ec2.attachNetworkInterface(request -> request.networkInterfaceId(
                                        create(one -> {}).networkInterfaceId())
                                .instanceId(big)
                                .networkCardIndex(2)
                                .deviceIndex(1)))
                        .awsErrorDetails()
                        .errorCode())
                .isEqualTo("InvalidParameterValue");
    }

    @Test
    void interfacesWithAnElasticFabricAdapterAreMadeAndLaunched() {
        NetworkInterface made = create(request -> request.interfaceType("efa-only"));
        String launched = emulator.addNode(
                        NodePlan.of("p4d.24xlarge").withEni(1, 0, "efa-only").withEni(2, 1, "efa"))
                .instanceId();

        assertThat(made.interfaceTypeAsString()).isEqualTo("efa-only");
        assertThat(made.privateIpAddress()).isNull();
        assertThat(made.privateIpAddresses()).isEmpty();
        assertThat(ec2.describeInstances(request -> request.instanceIds(launched))
                        .join()
                        .reservations()
                        .getFirst()
                        .instances()
                        .getFirst()
                        .networkInterfaces())
                .extracting(
                        eni -> eni.attachment().networkCardIndex(),
                        eni -> eni.attachment().deviceIndex(),
                        eni -> eni.interfaceType(),
                        eni -> eni.privateIpAddresses().size())
                .containsExactly(tuple(0, 0, "interface", 1), tuple(1, 0, "efa-only", 0), tuple(2, 1, "efa", 1));
        assertThat(ec2.describeNetworkInterfaces(request -> request.filters(
                                Filter.builder()
                                        .name("private-ip-address")
                                        .values("*")
                                        .build(),
                                Filter.builder()
                                        .name("attachment.instance-id")
                                        .values(launched)
                                        .build()))
                        .join()
                        .networkInterfaces())
                .hasSize(2);
    }

    @Test
    void aNamedIpv6PrefixIsAssignedAndShown() {
        String id = create(request -> {}).networkInterfaceId();

        ec2.assignIpv6Addresses(request -> request.networkInterfaceId(id).ipv6Prefixes("2600:1f14:e00:7c00:9::/80"))
                .join();

        assertThat(describe(id).ipv6Prefixes())
                .singleElement()
                .satisfies(prefix -> assertThat(prefix.ipv6Prefix()).isEqualTo("2600:1f14:e00:7c00:9::/80"));
        assertThat(RealSdk.failure(ec2.createNetworkInterface(request -> request.subnetId(subnetId())
                                .ipv6Prefixes(one -> one.ipv6Prefix("2600:1f14:e00:7c00:9::/80"))))
                        .awsErrorDetails()
                        .errorCode())
                .isEqualTo("InvalidIPAddress.InUse");
    }

    @Test
    void theVpcItsSubnetsAndGroupsAreThere() {
        String vpcId = ec2.describeVpcs().join().vpcs().getFirst().vpcId();
        List<Subnet> subnets = ec2.describeSubnets(request -> request.filters(
                        Filter.builder().name("vpc-id").values(vpcId).build(),
                        Filter.builder()
                                .name("availability-zone")
                                .values("us-west-2a")
                                .build()))
                .join()
                .subnets();

        assertThat(subnets).extracting(Subnet::cidrBlock).containsExactly("10.0.0.0/19", "10.0.32.0/19");
        assertThat(subnets).extracting(Subnet::availableIpAddressCount).containsExactly(8187 - 2, 8187);
        assertThat(subnets.getFirst().ipv6CidrBlockAssociationSet().getFirst().ipv6CidrBlock())
                .isEqualTo("2600:1f14:e00:7c00::/64");
        assertThat(ec2.describeSecurityGroups().join().securityGroups())
                .singleElement()
                .satisfies(group -> {
                    assertThat(group.groupName()).isEqualTo("default");
                    assertThat(group.vpcId()).isEqualTo(vpcId);
                });
    }

    @Test
    void anEniIsCreatedWithAllThatTheRequestNames() {
        String group =
                ec2.describeSecurityGroups().join().securityGroups().getFirst().groupId();

        NetworkInterface eni = create(request -> request.description("aws-K8S-" + node)
                .groups(group)
                .privateIpAddresses(
                        address -> address.privateIpAddress("10.0.5.5").primary(true),
                        address -> address.privateIpAddress("10.0.5.6").primary(false))
                .ipv6PrefixCount(1)
                .connectionTrackingSpecification(tracking -> tracking.udpTimeout(31))
                .tagSpecifications(tags -> tags.resourceType(ResourceType.NETWORK_INTERFACE)
                        .tags(Tag.builder().key("k").value("v w").build())));

        NetworkInterface seen = describe(eni.networkInterfaceId());
        assertThat(seen).isEqualTo(eni);
        assertThat(eni.status()).isEqualTo(NetworkInterfaceStatus.AVAILABLE);
        assertThat(eni.description()).isEqualTo("aws-K8S-" + node);
        assertThat(eni.privateIpAddress()).isEqualTo("10.0.5.5");
        assertThat(eni.privateIpAddresses())
                .extracting(NetworkInterfacePrivateIpAddress::privateIpAddress)
                .containsExactly("10.0.5.5", "10.0.5.6");
        assertThat(eni.ipv6Prefixes())
                .singleElement()
                .satisfies(prefix -> assertThat(prefix.ipv6Prefix()).endsWith("/80"));
        assertThat(eni.connectionTrackingConfiguration().udpTimeout()).isEqualTo(31);
        assertThat(eni.tagSet())
                .containsExactly(Tag.builder().key("k").value("v w").build());
        assertThat(eni.groups())
                .singleElement()
                .satisfies(one -> assertThat(one.groupId()).isEqualTo(group));
        assertThat(eni.hasIpv4Prefixes() && !eni.ipv4Prefixes().isEmpty()).isFalse();
    }

    @Test
    void countsAndNamedPrefixesFillAnEniAtCreation() {
        assertThat(create(request -> request.secondaryPrivateIpAddressCount(9)).privateIpAddresses())
                .hasSize(10);
        assertThat(create(request -> request.ipv4PrefixCount(2)).ipv4Prefixes()).hasSize(2);
        assertThat(create(request -> request.ipv4Prefixes(one -> one.ipv4Prefix("10.0.6.16/28")))
                        .ipv4Prefixes())
                .singleElement()
                .satisfies(prefix -> assertThat(prefix.ipv4Prefix()).isEqualTo("10.0.6.16/28"));
        assertThat(create(request -> request.ipv6AddressCount(1)).ipv6Addresses())
                .hasSize(1);
        assertThat(create(request -> request.ipv6Addresses(one -> one.ipv6Address("2600:1f14:e00:7c00::5")))
                        .ipv6Addresses())
                .singleElement()
                .satisfies(address -> assertThat(address.ipv6Address()).isEqualTo("2600:1f14:e00:7c00::5"));
        assertThat(create(request -> request.ipv6Prefixes(one -> one.ipv6Prefix("2600:1f14:e00:7c00:9::/80")))
                        .ipv6Prefixes())
                .hasSize(1);
    }

    @Test
    void anEniLivesFromCreateToDelete() {
        String id = create(request -> {}).networkInterfaceId();
        String attachment = ec2.attachNetworkInterface(request -> request.networkInterfaceId(id)
                        .instanceId(node)
                        .deviceIndex(1)
                        .networkCardIndex(0))
                .join()
                .attachmentId();
        ec2.modifyNetworkInterfaceAttribute(request -> request.networkInterfaceId(id)
                        .attachment(change -> change.attachmentId(attachment).deleteOnTermination(true)))
                .join();
        ec2.modifyNetworkInterfaceAttribute(
                        request -> request.networkInterfaceId(id).sourceDestCheck(value -> value.value(false)))
                .join();
        ec2.modifyNetworkInterfaceAttribute(
                        request -> request.networkInterfaceId(id).description(value -> value.value("changed")))
                .join();
        ec2.modifyNetworkInterfaceAttribute(request -> request.networkInterfaceId(id)
                        .groups(ec2.describeSecurityGroups()
                                .join()
                                .securityGroups()
                                .getFirst()
                                .groupId()))
                .join();

        NetworkInterface attached = describe(id);
        assertThat(attached.status()).isEqualTo(NetworkInterfaceStatus.IN_USE);
        assertThat(attached.attachment().attachmentId()).isEqualTo(attachment);
        assertThat(attached.attachment().instanceId()).isEqualTo(node);
        assertThat(attached.attachment().deviceIndex()).isEqualTo(1);
        assertThat(attached.attachment().deleteOnTermination()).isTrue();
        assertThat(attached.sourceDestCheck()).isFalse();
        assertThat(attached.description()).isEqualTo("changed");
        assertThat(RealSdk.failure(ec2.deleteNetworkInterface(request -> request.networkInterfaceId(id)))
                        .awsErrorDetails()
                        .errorMessage())
                .isEqualTo("Network interface '" + id + "' is currently in use.");
        ec2.detachNetworkInterface(request -> request.attachmentId(attachment).force(true))
                .join();
        assertThat(describe(id).attachment()).isNull();
        ec2.deleteNetworkInterface(request -> request.networkInterfaceId(id)).join();
        Ec2Exception gone = RealSdk.failure(ec2.describeNetworkInterfaces(request -> request.networkInterfaceIds(id)));
        assertThat(gone.awsErrorDetails().errorCode()).isEqualTo("InvalidNetworkInterfaceID.NotFound");
        assertThat(gone.awsErrorDetails().errorMessage())
                .isEqualTo("The networkInterface ID '" + id + "' does not exist");
        assertThat(gone.statusCode()).isEqualTo(400);
        assertThat(gone.requestId()).isNotEmpty();
    }

    @Test
    void addressesAndPrefixesAreAssignedAndUnassigned() {
        String id = create(request -> {}).networkInterfaceId();
        var counted = ec2.assignPrivateIpAddresses(
                        request -> request.networkInterfaceId(id).secondaryPrivateIpAddressCount(2))
                .join();
        var named = ec2.assignPrivateIpAddresses(
                        request -> request.networkInterfaceId(id).privateIpAddresses("10.0.5.5"))
                .join();
        var prefixes = ec2.assignPrivateIpAddresses(
                        request -> request.networkInterfaceId(id).ipv4PrefixCount(1))
                .join();
        var namedPrefix = ec2.assignPrivateIpAddresses(
                        request -> request.networkInterfaceId(id).ipv4Prefixes("10.0.6.16/28"))
                .join();

        assertThat(counted.assignedPrivateIpAddresses()).hasSize(2);
        assertThat(named.assignedPrivateIpAddresses())
                .singleElement()
                .satisfies(one -> assertThat(one.privateIpAddress()).isEqualTo("10.0.5.5"));
        assertThat(prefixes.assignedIpv4Prefixes()).hasSize(1);
        assertThat(namedPrefix.networkInterfaceId()).isEqualTo(id);
        ec2.unassignPrivateIpAddresses(request -> request.networkInterfaceId(id)
                        .privateIpAddresses("10.0.5.5")
                        .ipv4Prefixes("10.0.6.16/28"))
                .join();
        NetworkInterface seen = describe(id);
        assertThat(seen.privateIpAddresses()).hasSize(3);
        assertThat(seen.ipv4Prefixes())
                .extracting(one -> one.ipv4Prefix())
                .containsExactly(prefixes.assignedIpv4Prefixes().getFirst().ipv4Prefix());
    }

    @Test
    void ipv6AddressesAndPrefixesAreAssignedAndUnassigned() {
        String id = create(request -> {}).networkInterfaceId();
        var prefix = ec2.assignIpv6Addresses(
                        request -> request.networkInterfaceId(id).ipv6PrefixCount(1))
                .join();
        var address = ec2.assignIpv6Addresses(
                        request -> request.networkInterfaceId(id).ipv6Addresses("2600:1f14:e00:7c00::5"))
                .join();

        assertThat(prefix.assignedIpv6Prefixes()).hasSize(1);
        assertThat(address.assignedIpv6Addresses()).containsExactly("2600:1f14:e00:7c00::5");
        var gone = ec2.unassignIpv6Addresses(request -> request.networkInterfaceId(id)
                        .ipv6Prefixes(prefix.assignedIpv6Prefixes())
                        .ipv6Addresses("2600:1f14:e00:7c00::5"))
                .join();
        assertThat(gone.unassignedIpv6Prefixes()).isEqualTo(prefix.assignedIpv6Prefixes());
        assertThat(gone.unassignedIpv6Addresses()).containsExactly("2600:1f14:e00:7c00::5");
        assertThat(describe(id).ipv6Addresses()).isEmpty();
    }

    @Test
    void tagsAreCreatedFilteredAndDeleted() {
        String id = create(request -> {}).networkInterfaceId();
        Tag tag = Tag.builder()
                .key("node.k8s.amazonaws.com/instance_id")
                .value(node)
                .build();
        ec2.createTags(request -> request.resources(id).tags(tag)).join();

        Filter byTag = Filter.builder().name("tag:" + tag.key()).values(node).build();
        assertThat(ec2.describeNetworkInterfaces(request -> request.filters(byTag))
                        .join()
                        .networkInterfaces())
                .extracting(NetworkInterface::networkInterfaceId)
                .containsExactly(id);
        assertThat(ec2.describeTags(request -> request.filters(
                                Filter.builder().name("resource-id").values(id).build()))
                        .join()
                        .tags())
                .singleElement()
                .satisfies(one -> assertThat(one.value()).isEqualTo(node));
        ec2.deleteTags(request ->
                        request.resources(id).tags(Tag.builder().key(tag.key()).build()))
                .join();
        assertThat(describe(id).tagSet()).isEmpty();
    }

    @Test
    void pagesGoOnWhereTheLastOneEnded() {
        for (int i = 0; i < 9; i++) {
            create(request -> request.description("paged"));
        }
        Filter filter = Filter.builder().name("description").values("pag*").build();

        List<Integer> sizes = new java.util.ArrayList<>();
        ec2.describeNetworkInterfacesPaginator(
                        request -> request.filters(filter).maxResults(5))
                .subscribe(page -> sizes.add(page.networkInterfaces().size()))
                .join();

        assertThat(sizes).containsExactly(5, 4);
    }

    @Test
    void aClientTokenMakesCreateIdempotent() {
        String first = create(request -> request.clientToken("once")).networkInterfaceId();

        assertThat(create(request -> request.clientToken("once")).networkInterfaceId())
                .isEqualTo(first);
        assertThat(RealSdk.failure(ec2.createNetworkInterface(request ->
                                request.subnetId(subnetId()).clientToken("once").description("other")))
                        .awsErrorDetails()
                        .errorCode())
                .isEqualTo("IdempotentParameterMismatch");
    }

    @Test
    void injectedErrorsComeWithTheirStatus() {
        Map<String, Integer> expected = Map.of(
                "RequestLimitExceeded", 503,
                "InternalError", 500,
                "UnauthorizedOperation", 403,
                "Unavailable", 503,
                "AuthFailure", 401,
                "InsufficientFreeAddressesInSubnet", 400);
        expected.forEach((code, status) -> {
            emulator.run(
                    core -> core.faults().inject(new InjectedError("DescribeVpcs", code, "on purpose", status, 1)));

            Ec2Exception error = RealSdk.failure(ec2.describeVpcs());

            assertThat(error.awsErrorDetails().errorCode()).isEqualTo(code);
            assertThat(error.awsErrorDetails().errorMessage()).isEqualTo("on purpose");
            assertThat(error.statusCode()).isEqualTo(status);
        });
        assertThat(ec2.describeVpcs().join().vpcs()).hasSize(1);
    }

    @Test
    void anEmptyBucketIsThrottledAndCounted() {
        emulator.run(core ->
                core.faults().setThrottle(new Throttle(Map.of("CreateNetworkInterface", new Throttle.Bucket(1, 0)))));
        create(request -> {});

        Ec2Exception error = RealSdk.failure(ec2.createNetworkInterface(request -> request.subnetId(subnetId())));

        assertThat(error.awsErrorDetails().errorCode()).isEqualTo("RequestLimitExceeded");
        assertThat(error.isThrottlingException()).isTrue();
        assertThat(error.statusCode()).isEqualTo(503);
        assertThat(emulator.<Map<String, Journal.Count>>ask(
                        core -> core.journal().counts()))
                .containsEntry("CreateNetworkInterface", new Journal.Count(2, 1, 1));
    }

    @Test
    void aLostAnswerBreaksTheConnectionAfterTheEffect() {
        emulator.run(core -> core.faults().loseAnswers("CreateNetworkInterface", 1));
        int before = emulator.ask(core -> core.cloud().world().interfaces().size());

        assertThatThrownBy(() -> create(request -> request.clientToken("lost")))
                .hasCauseInstanceOf(SdkClientException.class);

        assertThat(emulator.<Integer>ask(
                        core -> core.cloud().world().interfaces().size()))
                .isEqualTo(before + 1);
        create(request -> request.clientToken("lost"));
        assertThat(emulator.<Integer>ask(
                        core -> core.cloud().world().interfaces().size()))
                .isEqualTo(before + 1);
    }

    @Test
    void aDelayedCallHoldsUpNobody() {
        emulator.setDelays(emulator.<io.vpccni.emulator.faults.Delays>ask(
                core -> core.faults().delays().with("DescribeVpcs", Duration.ofHours(1))));
        CompletableFuture<?> slow = ec2.describeVpcs();

        assertThat(ec2.describeSubnets().join().subnets()).hasSize(2);

        assertThat(slow).isNotDone();
    }

    @Test
    void whatIsNotThereIsAnInvalidActionAndDryRunsSayThatTheyWouldHaveWorked() {
        assertThat(RealSdk.failure(ec2.describeRegions()).awsErrorDetails().errorCode())
                .isEqualTo("InvalidAction");
        Ec2Exception dry = RealSdk.failure(ec2.deleteNetworkInterface(
                request -> request.networkInterfaceId("eni-0123456789abcdef0").dryRun(true)));
        assertThat(dry.awsErrorDetails().errorCode()).isEqualTo("DryRunOperation");
        assertThat(dry.statusCode()).isEqualTo(412);
    }
}
