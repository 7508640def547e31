package io.vpccni.ec2;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vpccni.vpc.AttachedEnis;
import io.vpccni.vpc.Eni;
import io.vpccni.vpc.EniId;
import io.vpccni.vpc.ForeignEni;
import io.vpccni.vpc.InstanceLimits;
import io.vpccni.vpc.IpFamily;
import io.vpccni.vpc.NodeIdentity;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * What the node has, from IMDS alone: no call of EC2. One look costs a request for the list and nine for each interface,
 * one interface after another. Tags are not known.
 */
final class ImdsEnis implements NodeInterfaces {

    private static final Logger LOG = Logger.getLogger(ImdsEnis.class);

    private static final String MACS = "network/interfaces/macs/";

    private record Look(String mac, MetadataEni found) {}

    private final Imds imds;
    private final NodeIdentity node;
    private final IpFamily family;
    private final boolean everyCard;

    /** What was wrong with an interface the last time, by MAC: each trouble is logged once. */
    private final Map<String, String> troubles = new ConcurrentHashMap<>();

    /**
     * @param family of the pods' addresses
     * @param everyCard whether interfaces on all network cards are for pods, not only those on card 0
     */
    ImdsEnis(Imds imds, NodeIdentity node, IpFamily family, boolean everyCard) {
        this.imds = imds;
        this.node = node;
        this.family = family;
        this.everyCard = everyCard;
    }

    @Override
    public Uni<InstanceLimits> limits() {
        return Uni.createFrom().item(() -> LimitsSearch.lookUp(node.instanceType()));
    }

    @Override
    public Uni<AttachedEnis> attached() {
        return imds.find(MACS)
                .onItem()
                .transformToMulti(list -> Multi.createFrom().iterable(macs(list.orElse(""))))
                .onItem()
                .transformToUniAndConcatenate(this::look)
                .collect()
                .asList()
                .map(seen -> {
                    List<Eni> enis = seen.stream()
                            .flatMap(this::usable)
                            .filter(eni -> everyCard || eni.card() == 0)
                            .toList();
                    if (enis.stream().noneMatch(Eni::isPrimary)) {
                        throw new IllegalStateException("IMDS does not show the whole of the primary interface "
                                + node.primaryMac() + ": "
                                + troubles.getOrDefault(node.primaryMac().toString(), "it is not listed"));
                    }
                    return new AttachedEnis(
                            enis,
                            seen.stream().flatMap(ImdsEnis::withoutAddress).toList());
                });
    }

    @Override
    public Uni<Eni> observe(EniId id) {
        return attached()
                .map(enis -> enis.ours().stream()
                        .filter(eni -> eni.id().equals(id))
                        .findFirst()
                        .orElseThrow(() -> new IllegalStateException("IMDS does not show " + id)));
    }

    private static List<String> macs(String list) {
        return Imds.lines(list).stream().map(line -> line.replace("/", "")).toList();
    }

    private Uni<Look> look(String mac) {
        List<Uni<Optional<String>>> calls = MetadataEni.KEYS.stream()
                .map(key -> imds.find(MACS + mac + "/" + key))
                .toList();
        return Uni.join().all(calls).andFailFast().map(texts -> {
            Map<String, String> found = new TreeMap<>();
            for (int i = 0; i < texts.size(); i++) {
                String key = MetadataEni.KEYS.get(i);
                texts.get(i).ifPresent(text -> found.put(key, text));
            }
            return new Look(mac, MetadataEni.read(mac, found, node.primaryMac(), family));
        });
    }

    private Stream<Eni> usable(Look look) {
        return switch (look.found()) {
            case MetadataEni.Whole whole -> {
                troubles.remove(look.mac());
                yield Stream.of(whole.eni());
            }
            case MetadataEni.WithoutAddress _ -> leftOut(look.mac(), "it has no address");
            case MetadataEni.Half half -> leftOut(look.mac(), half.why());
        };
    }

    private Stream<Eni> leftOut(String mac, String why) {
        if (!why.equals(troubles.put(mac, why))) {
            LOG.warnf("leaving the interface %s out until the next look: %s", mac, why);
        }
        return Stream.empty();
    }

    private static Stream<ForeignEni> withoutAddress(Look look) {
        return look.found() instanceof MetadataEni.WithoutAddress other ? Stream.of(other.eni()) : Stream.empty();
    }
}
