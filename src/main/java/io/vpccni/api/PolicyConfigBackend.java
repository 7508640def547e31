package io.vpccni.api;

import com.google.protobuf.Empty;
import io.smallrye.mutiny.Uni;
import io.vpccni.api.proto.rpc.MutinyConfigServerBackendGrpc;
import io.vpccni.api.proto.rpc.NetworkPolicyAgentConfigReply;
import io.vpccni.daemon.Node;
import io.vpccni.vpc.NodeIdentity;
import java.time.Duration;

/** {@code rpc.ConfigServerBackend}: tells the network policy agent, at its start, how it is to work and on which node. */
final class PolicyConfigBackend extends MutinyConfigServerBackendGrpc.ConfigServerBackendImplBase {

    /** The agent gives up after 30 seconds; what is known by then is better than nothing. */
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(20);

    private final Node node;

    PolicyConfigBackend(Node node) {
        this.node = node;
    }

    /** Never fails. Waits for a node that still looks around, as far as the agent does. */
    @Override
    public Uni<NetworkPolicyAgentConfigReply> getNetworkPolicyConfigs(Empty request) {
        Duration patience = ReferenceBackend.patience(LONGEST_WAIT);
        if (node.identity().isPresent() || !patience.isPositive()) {
            return Uni.createFrom().item(reply());
        }
        return node.ready()
                .ifNoItem()
                .after(patience)
                .recoverWithItem(() -> null)
                .map(_ -> reply())
                .onFailure()
                .recoverWithItem(this::reply);
    }

    private NetworkPolicyAgentConfigReply reply() {
        NetworkPolicyAgentConfigReply.Builder reply = NetworkPolicyAgentConfigReply.newBuilder()
                .setNetworkPolicyMode(node.settings().policy().mode().orElse(""));
        reply.setMultiNICEnabled(node.settings().pool().multiNic());
        node.identity().ifPresent(identity -> describe(identity, reply));
        return reply.build();
    }

    private void describe(NodeIdentity identity, NetworkPolicyAgentConfigReply.Builder reply) {
        reply.setInstanceID(identity.instanceId()).setRegion(identity.region());
        switch (node.settings().pool().family()) {
            case IPV4 -> reply.setNodeIPv4(identity.primaryAddress().toString());
            case IPV6 -> identity.ipv6().ifPresent(address -> reply.setNodeIPv6(address.toString()));
        }
    }
}
