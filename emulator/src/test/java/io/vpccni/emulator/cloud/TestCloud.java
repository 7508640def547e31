package io.vpccni.emulator.cloud;

import io.vpccni.emulator.cloud.Ec2Request.AssignPrivateIpAddresses;
import io.vpccni.emulator.cloud.Ec2Request.AttachNetworkInterface;
import io.vpccni.emulator.cloud.Ec2Request.CreateNetworkInterface;
import io.vpccni.emulator.cloud.WorldPlan.SubnetPlan;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A cloud with one node, and the calls that most tests make. Time stands still unless a test moves it. */
final class TestCloud {
    static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    final Cloud cloud;
    final Instance node;
    Instant now = START;

    private TestCloud(WorldPlan plan, String instanceType) {
        cloud = new Cloud(plan, 7);
        node = cloud.addNode(instanceType, START);
    }

    static TestCloud of(String instanceType) {
        return new TestCloud(WorldPlan.usual(), instanceType);
    }

    /** One subnet without IPv6; the node's primary address is in it. */
    static TestCloud withSubnet(String cidr) {
        return new TestCloud(
                WorldPlan.usual().withSubnets(new SubnetPlan(cidr, null, "us-west-2a", Map.of())), "m5.large");
    }

    String subnet() {
        return node.subnetId();
    }

    Ec2Result call(Ec2Request request) {
        return cloud.call(request, now);
    }

    NetworkInterface create(CreateNetworkInterface request) {
        return ((Ec2Result.Created) call(request)).eni();
    }

    NetworkInterface create() {
        return create(CreateNetworkInterface.in(subnet()));
    }

    String attach(NetworkInterface eni, int deviceIndex) {
        return ((Ec2Result.Attached) call(new AttachNetworkInterface(eni.id(), node.id(), deviceIndex, 0)))
                .attachmentId();
    }

    Ec2Result.AssignedIpv4 assign(NetworkInterface eni, AddressWish wish) {
        return (Ec2Result.AssignedIpv4) call(new AssignPrivateIpAddresses(eni.id(), wish, false));
    }

    NetworkInterface primary() {
        return cloud.world().primaryInterface(node.id()).orElseThrow();
    }

    NetworkInterface now(NetworkInterface eni) {
        return Objects.requireNonNull(cloud.world().interfaces().get(eni.id()));
    }

    int available() {
        return Objects.requireNonNull(cloud.world().subnets().get(subnet())).availableAddresses();
    }

    void pass(Duration time) {
        now = now.plus(time);
    }

    List<Ipv4> occupy(Occupation occupation) {
        return cloud.occupy(subnet(), occupation, now);
    }
}
