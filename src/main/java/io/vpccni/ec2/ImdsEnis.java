package io.vpccni.ec2;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vpccni.vpc.AttachedEnis;
import io.vpccni.vpc.Eni;
import io.vpccni.vpc.EniId;
import io.vpccni.vpc.InstanceLimits;
import io.vpccni.vpc.NodeIdentity;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/**
 * What the node has, from IMDS alone: no call of EC2. One look costs a request for the list and seven for each interface,
 * one interface after another. Tags are not known.
 */
final class ImdsEnis implements NodeInterfaces {

    private static final Logger LOG = Logger.getLogger(ImdsEnis.class);

    private static final String MACS = "network/interfaces/macs/";

    private final Imds imds;
    private final NodeIdentity node;

    /** What was wrong with an interface the last time, by MAC: each trouble is logged once. */
    private final Map<String, String> troubles = new ConcurrentHashMap<>();

    ImdsEnis(Imds imds, NodeIdentity node) {
        this.imds = imds;
        this.node = node;
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
                            .flatMap(Optional::stream)
                            .filter(eni -> eni.card() == 0)
                            .toList();
                    if (enis.stream().noneMatch(Eni::isPrimary)) {
                        throw new IllegalStateException("IMDS does not show the whole of the primary interface "
                                + node.primaryMac() + ": "
                                + troubles.getOrDefault(node.primaryMac().toString(), "it is not listed"));
                    }
                    return new AttachedEnis(enis, List.of());
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

    private Uni<Optional<Eni>> look(String mac) {
        List<Uni<Optional<String>>> calls = MetadataEni.KEYS.stream()
                .map(key -> imds.find(MACS + mac + "/" + key))
                .toList();
        return Uni.join().all(calls).andFailFast().map(texts -> {
            Map<String, String> found = new TreeMap<>();
            for (int i = 0; i < texts.size(); i++) {
                String key = MetadataEni.KEYS.get(i);
                texts.get(i).ifPresent(text -> found.put(key, text));
            }
            return usable(mac, MetadataEni.read(mac, found, node.primaryMac()));
        });
    }

    private Optional<Eni> usable(String mac, MetadataEni seen) {
        return switch (seen) {
            case MetadataEni.Whole whole -> {
                troubles.remove(mac);
                yield Optional.of(whole.eni());
            }
            case MetadataEni.Half half -> {
                if (!half.why().equals(troubles.put(mac, half.why()))) {
                    LOG.warnf("leaving the interface %s out until the next look: %s", mac, half.why());
                }
                yield Optional.empty();
            }
        };
    }
}
