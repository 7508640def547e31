package io.vpccni.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import io.smallrye.mutiny.Uni;
import io.vpccni.api.proto.v1.CniReply;
import io.vpccni.api.proto.v1.CniRequest;
import io.vpccni.api.proto.v1.MutinyCniGrpc;
import io.vpccni.daemon.AddRequest;
import io.vpccni.daemon.AddRequest.Connection;
import io.vpccni.daemon.BranchDel;
import io.vpccni.daemon.BranchDel.Remembered;
import io.vpccni.daemon.BranchPlace;
import io.vpccni.daemon.Connected;
import io.vpccni.daemon.DelRequest;
import io.vpccni.daemon.LinkNames;
import io.vpccni.daemon.Node;
import io.vpccni.daemon.PodInterface;
import io.vpccni.daemon.Refusal;
import io.vpccni.pool.AddressState;
import io.vpccni.pool.Assignment;
import io.vpccni.pool.PoolView;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** The CNI plugin, as far as it runs in the daemon: {@code vpccni.v1.Cni}, called by our node programs. */
final class CniProgram extends MutinyCniGrpc.CniImplBase {

    /** Keep it byte for byte: people search and alert for it. */
    static final String NO_ADDRESS = "add cmd: failed to assign an IP address to container";

    private static final String NO_POLICY = "add cmd: failed to setup network policy";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Uni<CniReply> NOTHING = Uni.createFrom().item(CniReply.getDefaultInstance());

    private final Node node;
    private final Traces traces;
    private final EgressChain egress;

    CniProgram(Node node, Traces traces) {
        this.node = node;
        this.egress = new EgressChain(node.egress());
        this.traces = traces;
    }

    @Override
    public Uni<CniReply> add(CniRequest request) {
        return answer(() -> {
            if (isEgress(request)) {
                return egress.add(request).map(CniProgram::reply);
            }
            node.observer().addAsked();
            CniCall call = parse(request);
            requireNamespace(call);
            Connection connection = connection(call);
            traces.adds(call.sandbox(), request.getTraceParent());
            return node.connect(addRequest(call, connection))
                    .map(connected -> reply(result(call, connection, connected)))
                    .onFailure(Refusal.class)
                    .transform(failure -> error((Refusal) failure));
        });
    }

    private AddRequest addRequest(CniCall call, Connection connection) {
        return new AddRequest(
                call.sandbox(),
                call.args().pod(),
                call.conf().nics(),
                node.settings().calls().addWait(),
                Optional.of(connection),
                call.args().podUid());
    }

    private static ObjectNode result(CniCall call, Connection connection, Connected connected) {
        return switch (connected) {
            case Connected.ByPool(Assignment assignment) ->
                CniResult.of(call, PodInterface.of(assignment, connection.links()));
            case Connected.ByBranch(BranchPlace place) -> CniResult.of(call, place);
        };
    }

    @Override
    public Uni<CniReply> del(CniRequest request) {
        return answer(() -> {
            if (isEgress(request)) {
                return egress.del(request).chain(() -> NOTHING);
            }
            node.observer().delAsked("PodDeleted");
            CniCall call = parseDel(request);
            LinkNames links = links(call);
            BranchDel branch = new BranchDel(
                    call.sandbox(),
                    call.args().pod(),
                    call.args().podUid(),
                    Optional.of(links),
                    call.namespace().toString().isEmpty());
            Optional<Remembered> before = BranchMemory.of(call, links);
            Uni<Optional<Assignment>> del = before.isPresent()
                    ? node.delBranch(branch, before.get()).replaceWith(Optional.empty())
                    : node.delBranch(branch)
                            .chain(had -> had.isPresent()
                                    ? Uni.createFrom().item(Optional.<Assignment>empty())
                                    : node.del(new DelRequest(
                                            call.sandbox(),
                                            Optional.of(links),
                                            call.conf().previousAddresses())));
            return traces.del(call.sandbox(), call.args().pod(), request.getTraceParent(), del)
                    .map(_ -> CniReply.getDefaultInstance())
                    .onFailure()
                    .transform(failure -> new CniError(
                            CniError.INTERNAL,
                            "del cmd: failed on tear down pod network: " + failure.getMessage(),
                            call.sandbox().toString()));
        });
    }

    @Override
    public Uni<CniReply> check(CniRequest request) {
        return answer(() -> {
            if (isEgress(request)) {
                return egress.check(request).chain(() -> NOTHING);
            }
            CniCall call = parse(request);
            if (!call.conf().isAtLeast("0.4.0")) {
                throw new CniError(CniError.INCOMPATIBLE_VERSION, "config version does not allow CHECK", "");
            }
            requireNamespace(call);
            return node.check(addRequest(call, connection(call)), BranchMemory.of(call, links(call)))
                    .map(CniProgram::nothingWrong);
        });
    }

    private static CniReply nothingWrong(List<String> differences) {
        if (!differences.isEmpty()) {
            throw new CniError(
                    CniError.INTERNAL,
                    "check cmd: the pod is not connected as it should be",
                    String.join("; ", differences));
        }
        return CniReply.getDefaultInstance();
    }

    @Override
    public Uni<CniReply> gc(CniRequest request) {
        return answer(() -> {
            if (isEgress(request)) {
                return egress.gc(request).chain(() -> NOTHING);
            }
            byte[] config = request.getConfig().toByteArray();
            NetConf conf = NetConf.parse(config, node.settings().network().vethPrefix());
            if (!conf.isAtLeast("1.1.0")) {
                throw new CniError(CniError.INCOMPATIBLE_VERSION, "config version does not allow GC", "");
            }
            if (!NetConf.hasValidAttachments(config)) {
                throw new CniError(
                        CniError.INVALID_CONFIG,
                        "gc cmd: cni.dev/valid-attachments is missing",
                        "without it every pod would be disconnected");
            }
            return node.branchPods(conf.name()).chain(onBranches -> gc(conf, onBranches));
        });
    }

    private Uni<CniReply> gc(NetConf conf, List<BranchPlace> onBranches) {
        Stream<Uni<?>> poolDels = node.view().stream()
                .flatMap(view -> view.assignments().stream())
                .filter(has -> has.sandbox().network().equals(conf.name()))
                .filter(has -> !conf.validAttachments().contains(has.sandbox()))
                .map(has -> node.del(new DelRequest(
                        has.sandbox(),
                        Optional.of(new LinkNames(conf.vethPrefix(), has.sandbox(), has.pod())),
                        List.of())));
        Stream<Uni<?>> branchDels = onBranches.stream()
                .filter(place -> !conf.validAttachments().contains(place.sandbox()))
                .map(place -> node.delBranch(new BranchDel(
                        place.sandbox(),
                        place.pod(),
                        "",
                        Optional.of(new LinkNames(conf.vethPrefix(), place.sandbox(), place.pod())),
                        false)));
        List<Uni<?>> dels = Stream.concat(poolDels, branchDels).toList();
        return dels.isEmpty()
                ? NOTHING
                : Uni.combine().all().unis(dels).collectFailures().with(_ -> CniReply.getDefaultInstance());
    }

    @Override
    public Uni<CniReply> status(CniRequest request) {
        return answer(() -> {
            if (isEgress(request)) {
                return egress.status(request).chain(() -> NOTHING);
            }
            NetConf conf = NetConf.parse(
                    request.getConfig().toByteArray(), node.settings().network().vethPrefix());
            if (!conf.isAtLeast("1.1.0")) {
                throw new CniError(CniError.INCOMPATIBLE_VERSION, "config version does not allow STATUS", "");
            }
            PoolView view = node.view()
                    .orElseThrow(() ->
                            new CniError(CniError.NOT_AVAILABLE, "the daemon is still starting", node.startTrouble()));
            if (!view.canServe()) {
                throw new CniError(
                        CniError.NOT_AVAILABLE,
                        "the node has no free address",
                        view.count(AddressState.Assigned.class) + " assigned, "
                                + view.count(AddressState.Cooling.class) + " cooling, "
                                + view.waiters().size()
                                + " pods wait");
            }
            return Uni.createFrom().item(CniReply.getDefaultInstance());
        });
    }

    private static boolean isEgress(CniRequest request) {
        return request.getPlugin().equals(EgressChain.PLUGIN);
    }

    private CniCall parse(CniRequest request) {
        return CniCall.parse(request, node.settings().network().vethPrefix());
    }

    private CniCall parseDel(CniRequest request) {
        try {
            return parse(request);
        } catch (CniError e) {
            throw e.ofDel();
        }
    }

    private static void requireNamespace(CniCall call) {
        if (call.namespace().toString().isEmpty()) {
            throw new CniError(CniError.INVALID_ENVIRONMENT, "required env variables [CNI_NETNS] missing", "");
        }
    }

    private static Connection connection(CniCall call) {
        return new Connection(
                call.namespace(), links(call), call.conf().mtu(), call.conf().enforcingMode());
    }

    private static LinkNames links(CniCall call) {
        return new LinkNames(
                call.conf().vethPrefix(), call.sandbox(), call.args().pod());
    }

    private static CniError error(Refusal refusal) {
        return switch (refusal.reason()) {
            case WIRING_FAILED ->
                new CniError(
                        CniError.INTERNAL,
                        "add command: failed to setup network: " + refusal.detail(),
                        refusal.explanation());
            case NETWORK_POLICY_FAILED ->
                new CniError(CniError.INTERNAL, NO_POLICY + ": " + refusal.detail(), refusal.explanation());
            default ->
                new CniError(CniError.TRY_AGAIN_LATER, NO_ADDRESS + ": " + refusal.reason(), refusal.explanation());
        };
    }

    /** Runs a command; whatever goes wrong becomes the error object that the plugin prints. */
    private static Uni<CniReply> answer(Supplier<Uni<CniReply>> command) {
        return Uni.createFrom().deferred(command::get).onFailure().recoverWithItem(failure -> {
            CniError error = failure instanceof CniError known
                    ? known
                    : new CniError(CniError.INTERNAL, String.valueOf(failure.getMessage()), failure.toString());
            return reply(error.toJson("1.1.0")).toBuilder().setExitCode(1).build();
        });
    }

    private static CniReply reply(ObjectNode json) {
        try {
            return CniReply.newBuilder()
                    .setStdout(ByteString.copyFrom(JSON.writeValueAsBytes(json)))
                    .build();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of strings and numbers is always JSON", e);
        }
    }
}
