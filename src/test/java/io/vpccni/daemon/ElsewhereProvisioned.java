package io.vpccni.daemon;

import io.vpccni.emulator.Emulator;
import io.vpccni.emulator.cloud.AddressWish;
import io.vpccni.emulator.cloud.Ec2Request;
import io.vpccni.emulator.cloud.Ec2Result;
import io.vpccni.emulator.cloud.NetworkInterface;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/** Somebody else who changes what an emulated node has. None of it stands in the emulator's journal. */
record ElsewhereProvisioned(Emulator emulator) {

    /** The node's interfaces by device index. */
    List<NetworkInterface> interfaces() {
        return emulator.ask(core -> core.cloud().world().interfaces().values().stream()
                .sorted(Comparator.comparing(
                        eni -> Objects.requireNonNull(eni.attachment()).deviceIndex()))
                .toList());
    }

    NetworkInterface primary() {
        return interfaces().getFirst();
    }

    void fill(String eniId, AddressWish wish) {
        call(new Ec2Request.AssignPrivateIpAddresses(eniId, wish, false));
    }

    void take(String eniId, List<String> addresses) {
        call(new Ec2Request.UnassignPrivateIpAddresses(eniId, addresses, List.of()));
    }

    /** Attaches a new interface with {@code addresses} secondary addresses. Returns its id. */
    String attach(int deviceIndex, int addresses) {
        NetworkInterface primary = primary();
        Ec2Request.CreateNetworkInterface create =
                Ec2Request.CreateNetworkInterface.in(primary.subnetId()).withIpv4(AddressWish.count(addresses));
        String id = ((Ec2Result.Created) call(create)).eni().id();
        call(new Ec2Request.AttachNetworkInterface(id, emulator.node("node1").instanceId(), deviceIndex, 0));
        return id;
    }

    void detach(String eniId) {
        NetworkInterface gone = interfaces().stream()
                .filter(eni -> eni.id().equals(eniId))
                .findFirst()
                .orElseThrow();
        call(new Ec2Request.DetachNetworkInterface(
                Objects.requireNonNull(gone.attachment()).id(), true));
        call(new Ec2Request.DeleteNetworkInterface(eniId));
    }

    private Ec2Result call(Ec2Request request) {
        return emulator.decide((core, now) -> core.cloud().call(request, now));
    }
}
