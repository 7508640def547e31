package io.vpccni.kube;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import io.vpccni.branch.LabelSelector;
import io.vpccni.branch.LabelSelector.Operator;
import io.vpccni.branch.LabelSelector.Requirement;
import io.vpccni.branch.Policy;
import io.vpccni.branch.SecurityGroups;
import io.vpccni.kube.crd.SecurityGroupPolicy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The cluster's SecurityGroupPolicies, and the labels of its ServiceAccounts: what a pod's security groups follow from. */
public final class Policies implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(Policies.class);

    private static final Map<String, Operator> OPERATORS = Map.of(
            "In", Operator.IN,
            "NotIn", Operator.NOT_IN,
            "Exists", Operator.EXISTS,
            "DoesNotExist", Operator.DOES_NOT_EXIST);

    private record Key(String namespace, String name) {}

    /** @param uid which policy of that name */
    private record Known(Policy policy, String uid) {}

    private final ApiServer server;
    private final List<Cancellable> watching = new ArrayList<>();
    private volatile Map<Key, Known> policies = Map.of();
    private volatile Map<Key, Map<String, String>> accounts = Map.of();
    private volatile boolean policiesListed;
    private volatile boolean accountsListed;

    public Policies(ApiServer server) {
        this.server = server;
    }

    /** Follows both from now on, and tells of each change of a policy. */
    public synchronized void follow(Runnable changed) {
        watching.add(server.<SecurityGroupPolicy>watch(
                        "the SecurityGroupPolicies",
                        client -> client.resources(SecurityGroupPolicy.class).inAnyNamespace())
                .subscribe()
                .with(
                        seen -> {
                            policies = after(policies, seen, Policies::readable);
                            policiesListed = true;
                            changed.run();
                        },
                        failure -> LOG.error("the watch of SecurityGroupPolicies has ended for good", failure)));
        watching.add(server.<ServiceAccount>watch(
                        "the ServiceAccounts",
                        client -> client.serviceAccounts().inAnyNamespace())
                .subscribe()
                .with(
                        seen -> {
                            accounts = after(
                                    accounts,
                                    seen,
                                    account -> Optional.of(
                                            labels(account.getMetadata().getLabels())));
                            accountsListed = true;
                        },
                        failure -> LOG.error("the watch of ServiceAccounts has ended for good", failure)));
    }

    private static <T extends HasMetadata, V> Map<Key, V> after(
            Map<Key, V> before, Seen<T> seen, Function<T, Optional<V>> read) {
        Map<Key, V> known = new HashMap<>(before);
        switch (seen) {
            case Seen.All<T> all -> {
                known.clear();
                all.objects().forEach(object -> read.apply(object).ifPresent(value -> known.put(key(object), value)));
            }
            case Seen.Changed<T>(T object) ->
                read.apply(object)
                        .ifPresentOrElse(value -> known.put(key(object), value), () -> known.remove(key(object)));
            case Seen.Gone<T>(T object) -> known.remove(key(object));
        }
        return Map.copyOf(known);
    }

    private static Key key(HasMetadata object) {
        return new Key(
                String.valueOf(object.getMetadata().getNamespace()),
                object.getMetadata().getName());
    }

    private static Optional<Known> readable(SecurityGroupPolicy object) {
        try {
            return Optional.of(
                    new Known(read(object), String.valueOf(object.getMetadata().getUid())));
        } catch (IllegalArgumentException e) {
            LOG.warnf(
                    "SecurityGroupPolicy %s/%s selects nothing: %s",
                    object.getMetadata().getNamespace(), object.getMetadata().getName(), e.getMessage());
            return Optional.empty();
        }
    }

    static Policy read(SecurityGroupPolicy object) {
        SecurityGroupPolicy.@Nullable Spec spec = object.getSpec();
        SecurityGroupPolicy.@Nullable GroupIds groups = spec == null ? null : spec.securityGroups();
        return new Policy(
                object.getMetadata().getNamespace(),
                object.getMetadata().getName(),
                selector(spec == null ? null : spec.podSelector()),
                selector(spec == null ? null : spec.serviceAccountSelector()),
                new SecurityGroups(
                        groups == null ? List.of() : Objects.requireNonNullElse(groups.groupIds(), List.<String>of())));
    }

    private static Optional<LabelSelector> selector(io.fabric8.kubernetes.api.model.@Nullable LabelSelector found) {
        return Optional.ofNullable(found)
                .map(selector -> new LabelSelector(
                        labels(selector.getMatchLabels()),
                        Objects.requireNonNullElse(selector.getMatchExpressions(), List.<LabelSelectorRequirement>of())
                                .stream()
                                .map(Policies::requirement)
                                .toList()));
    }

    private static Requirement requirement(LabelSelectorRequirement found) {
        Operator operator = OPERATORS.get(String.valueOf(found.getOperator()));
        if (operator == null) {
            throw new IllegalArgumentException(
                    "operator " + found.getOperator() + " is none of " + OPERATORS.keySet() + "; correct the policy");
        }
        return new Requirement(
                found.getKey(), operator, Objects.requireNonNullElse(found.getValues(), List.<String>of()));
    }

    private static Map<String, String> labels(@Nullable Map<String, String> found) {
        return Map.copyOf(Objects.requireNonNullElse(found, Map.<String, String>of()));
    }

    /** Whether both are known. Before that nobody can say that a pod has no groups. */
    public boolean isListed() {
        return policiesListed && accountsListed;
    }

    public Collection<Policy> all() {
        return stream().toList();
    }

    private Stream<Policy> stream() {
        return policies.values().stream().map(Known::policy);
    }

    /** The policies of the namespace with groups of which {@code which} holds, to tell people about them. */
    public List<EventSubject> naming(String namespace, Predicate<SecurityGroups> which) {
        return policies.values().stream()
                .filter(known -> known.policy().namespace().equals(namespace)
                        && which.test(known.policy().groups()))
                .<EventSubject>map(known ->
                        new EventSubject.OfPolicy(namespace, known.policy().name(), known.uid()))
                .toList();
    }

    /** The different sets of groups that policies name. Sets that only come about where policies overlap are not in it. */
    public Set<SecurityGroups> named() {
        return stream().map(Policy::groups).filter(groups -> !groups.isEmpty()).collect(Collectors.toUnmodifiableSet());
    }

    /**
     * The groups of a pod; none when no policy selects it. A ServiceAccount that has not been heard of is read, since an account
     * and its first pod are often made together.
     */
    public Uni<SecurityGroups> groupsOf(String namespace, Map<String, String> labels, String account) {
        Collection<Policy> ofNamespace =
                stream().filter(policy -> policy.namespace().equals(namespace)).toList();
        if (ofNamespace.stream().noneMatch(policy -> policy.accounts().isPresent())) {
            return Uni.createFrom().item(Policy.groupsOf(ofNamespace, namespace, labels, Map.of()));
        }
        return labelsOf(new Key(namespace, account))
                .map(ofAccount -> Policy.groupsOf(ofNamespace, namespace, labels, ofAccount));
    }

    private Uni<Map<String, String>> labelsOf(Key account) {
        Map<String, String> known = accounts.get(account);
        if (known != null) {
            return Uni.createFrom().item(known);
        }
        return server.call(client -> Optional.ofNullable(client.serviceAccounts()
                        .inNamespace(account.namespace())
                        .withName(account.name())
                        .get()))
                .map(found -> found.map(live -> labels(live.getMetadata().getLabels()))
                        .orElseThrow(() -> new IllegalStateException("there is no ServiceAccount " + account.name()
                                + " in namespace " + account.namespace()
                                + ", and a SecurityGroupPolicy of the namespace selects by ServiceAccount")));
    }

    @Override
    public synchronized void close() {
        watching.forEach(Cancellable::cancel);
    }
}
