package io.vpccni.emulator.cloud;

import io.vpccni.emulator.cloud.Ec2Request.AttachNetworkInterface;
import io.vpccni.emulator.cloud.Ec2Request.CreateNetworkInterface;
import io.vpccni.emulator.cloud.Ec2Request.DeleteNetworkInterface;
import io.vpccni.emulator.cloud.Ec2Request.DetachNetworkInterface;
import io.vpccni.emulator.cloud.Ec2Request.ModifyNetworkInterfaceAttribute;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** Create, attach, modify, detach, delete. */
final class InterfaceLife {
    private static final List<String> TYPES =
            List.of(NetworkInterface.ORDINARY, NetworkInterface.EFA, NetworkInterface.EFA_ONLY, NetworkInterface.TRUNK);

    private final Ledger ledger;
    private final ClientTokens<CreateNetworkInterface, NetworkInterface> tokens = new ClientTokens<>();

    InterfaceLife(Ledger ledger) {
        this.ledger = ledger;
    }

    Ec2Result create(CreateNetworkInterface request, int quota) {
        String token = request.clientToken();
        NetworkInterface created = tokens.earlier(token, request).orElseGet(() -> {
            NetworkInterface eni = build(request, quota);
            tokens.keep(token, request, eni);
            return eni;
        });
        NetworkInterface now = ledger.world().interfaces().get(created.id());
        return new Ec2Result.Created(now == null ? created : now, ledger.world(), token);
    }

    private NetworkInterface build(CreateNetworkInterface request, int quota) {
        World world = ledger.world();
        Subnet subnet = Lookups.subnet(world, request.subnetId());
        List<String> groups = Lookups.groups(world, subnet.vpcId(), request.groupIds(), ledger.limits());
        Tagging.check(request.tags());
        if (world.interfaces().size() >= quota) {
            throw new CloudError(
                    "NetworkInterfaceLimitExceeded",
                    "The maximum number of network interfaces for the account in this Region has been reached.");
        }
        checkType(request);
        AddressBook.checkIpv4(request.ipv4());
        AddressBook.checkIpv6(request.ipv6());
        Limits.checkNew(1 + request.ipv4().slots(), request.ipv6().slots());
        Space space = ledger.draft(subnet.id());
        List<Ipv4> addresses = new ArrayList<>();
        String named = request.primaryAddress();
        if (named != null) {
            Ipv4 primary = Ipv4.parse(named);
            space.ipv4().take(primary);
            addresses.add(primary);
        } else if (!request.interfaceType().equals(NetworkInterface.EFA_ONLY)) {
            addresses.addAll(space.ipv4().takeAny(1, ledger.ids().random()));
        }
        AddressBook.Ipv4Grant ipv4 = AddressBook.takeIpv4(space, request.ipv4(), ledger.ids());
        addresses.addAll(ipv4.addresses());
        AddressBook.Ipv6Grant ipv6 = AddressBook.takeIpv6(space, subnet.id(), request.ipv6(), ledger.ids());
        ledger.keep(subnet.id(), space);
        NetworkInterface eni = new NetworkInterface(
                ledger.ids().next("eni"),
                subnet.id(),
                subnet.vpcId(),
                subnet.availabilityZone(),
                ledger.ids().mac(),
                request.description(),
                request.interfaceType(),
                true,
                groups,
                List.copyOf(addresses),
                ipv4.prefixes(),
                ipv6.addresses(),
                ipv6.prefixes(),
                request.tracking(),
                Map.copyOf(request.tags()),
                null,
                null);
        ledger.put(eni);
        return eni;
    }

    private static void checkType(CreateNetworkInterface request) {
        String type = request.interfaceType();
        if (!TYPES.contains(type)) {
            throw CloudError.invalidValue(type, "interfaceType", "It must be one of " + TYPES + ".");
        }
        boolean addresses = request.primaryAddress() != null
                || !request.ipv4().empty()
                || !request.ipv6().empty();
        if (type.equals(NetworkInterface.EFA_ONLY) && addresses) {
            throw new CloudError(
                    "InvalidParameterCombination", "An interface of the type efa-only cannot have IP addresses.");
        }
    }

    Ec2Result attach(AttachNetworkInterface request, Instant now, Instant attachedAt) {
        World world = ledger.world();
        NetworkInterface eni = Lookups.eni(world, request.eniId());
        Instance instance = Lookups.instance(world, request.instanceId());
        if (eni.status().equals("in-use")) {
            throw new CloudError("InvalidNetworkInterface.InUse", "Interface: [" + eni.id() + "] in use");
        }
        if (!eni.availabilityZone().equals(instance.availabilityZone())) {
            throw new CloudError(
                    "InvalidParameterCombination",
                    "You may not attach a network interface to an instance if they are not in the same availability"
                            + " zone");
        }
        if (eni.isTrunk() && instance.type().branches() == 0) {
            // The code is not known: EC2's for an adapter that a type does not have.
            throw new CloudError(
                    "UnsupportedOperation", instance.type().name() + " instances do not support trunk interfaces.");
        }
        if (eni.hasEfa()) {
            Launch.checkEfaSupport(instance.type());
            throw new CloudError(
                    "IncorrectInstanceState",
                    "An Elastic Fabric Adapter cannot be attached to the running instance '" + instance.id() + "'.");
        }
        List<Attachment> present = world.interfacesOf(instance.id()).stream()
                .flatMap(other -> Stream.ofNullable(other.attachment()))
                .toList();
        CardSlots.check(instance.id(), instance.type(), present, request.networkCard(), request.deviceIndex());
        Limits.checkSlots(
                eni.id(), eni.ipv4Slots(), eni.ipv6Slots(), instance.type().addresses());
        Attachment attachment = new Attachment(
                ledger.ids().next("eni-attach"),
                instance.id(),
                request.deviceIndex(),
                request.networkCard(),
                Attachment.Status.ATTACHING,
                now,
                false);
        ledger.put(eni.withAttachment(attachment));
        ledger.schedule(attachedAt, eni.id(), attachment.id());
        return new Ec2Result.Attached(attachment.id(), request.networkCard());
    }

    Ec2Result detach(DetachNetworkInterface request, Instant goneAt) {
        NetworkInterface eni = Lookups.attached(ledger.world(), request.attachmentId());
        Attachment attachment = Objects.requireNonNull(eni.attachment());
        if (attachment.isPrimary()) {
            throw new CloudError(
                    "OperationNotPermitted",
                    "The network interface at device index 0 and networkCard index 0 cannot be detached.");
        }
        switch (attachment.status()) {
            case ATTACHED -> {
                ledger.put(eni.withAttachment(attachment.with(Attachment.Status.DETACHING)));
                ledger.schedule(goneAt, eni.id(), attachment.id());
            }
            case ATTACHING, DETACHING ->
                throw new CloudError(
                        "IncorrectState",
                        "The network interface attachment '%s' is currently %s."
                                .formatted(attachment.id(), attachment.status().wireName()));
        }
        return new Ec2Result.Done();
    }

    /** Carries out the end of attaching or detaching; an attachment that is gone by then is no fault. */
    void settle(Ledger.Transition due) {
        NetworkInterface eni = ledger.world().interfaces().get(due.eniId());
        Attachment attachment = eni == null ? null : eni.attachment();
        if (eni == null || attachment == null || !attachment.id().equals(due.attachmentId())) {
            return;
        }
        switch (attachment.status()) {
            case ATTACHING -> ledger.put(eni.withAttachment(attachment.with(Attachment.Status.ATTACHED)));
            case DETACHING -> {
                Trunks.release(ledger, eni);
                ledger.put(eni.withAttachment(null));
            }
            case ATTACHED -> {}
        }
    }

    Ec2Result delete(DeleteNetworkInterface request) {
        NetworkInterface eni = Lookups.eni(ledger.world(), request.eniId());
        if (eni.attachment() != null) {
            throw new CloudError("InvalidParameterValue", "Network interface '" + eni.id() + "' is currently in use.");
        }
        ledger.remove(eni);
        return new Ec2Result.Done();
    }

    Ec2Result modify(ModifyNetworkInterfaceAttribute request) {
        NetworkInterface eni = Lookups.eni(ledger.world(), request.eniId());
        long attributes = Stream.of(
                        request.groupIds() != null,
                        request.deleteOnTermination() != null,
                        request.sourceDestCheck() != null,
                        request.description() != null)
                .filter(given -> given)
                .count();
        if (attributes != 1) {
            throw new CloudError(
                    "InvalidParameterCombination",
                    attributes == 0 ? "No attributes specified." : "Fields for multiple attribute types specified.");
        }
        ModifyNetworkInterfaceAttribute.AttachmentFlag flag = request.deleteOnTermination();
        if (flag != null) {
            Attachment attachment = eni.attachment();
            if (attachment == null || !attachment.id().equals(flag.attachmentId())) {
                throw new CloudError(
                        "InvalidAttachmentID.NotFound",
                        "The attachment ID '" + flag.attachmentId() + "' does not exist");
            }
            ledger.put(eni.withAttachment(attachment.withDeleteOnTermination(flag.value())));
            return new Ec2Result.Done();
        }
        List<String> groups = request.groupIds();
        String description = request.description();
        Boolean check = request.sourceDestCheck();
        ledger.put(eni.withAttributes(
                description == null ? eni.description() : description,
                check == null ? eni.sourceDestCheck() : check,
                groups == null
                        ? eni.groupIds()
                        : Lookups.groups(ledger.world(), eni.vpcId(), groups, ledger.limits())));
        return new Ec2Result.Done();
    }
}
