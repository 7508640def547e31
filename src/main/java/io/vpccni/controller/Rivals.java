package io.vpccni.controller;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Signs of another controller of trunk interfaces, such as the one that EKS runs. Two of them would give pods two interfaces and
 * delete each other's.
 */
final class Rivals {

    private static final String EKS_ROLE = "eks-vpc-resource-controller-role";

    private Rivals() {}

    /**
     * What was found, one sentence each; empty when this is the only controller.
     *
     * @param namespace where our Lease is kept
     * @param identity of this replica
     */
    static List<String> signs(KubernetesClient client, String namespace, String identity, Instant now) {
        List<String> signs = new ArrayList<>();
        Stream.of(
                        client.admissionRegistration()
                                .v1()
                                .mutatingWebhookConfigurations()
                                .withName(WebhookConfigurations.MUTATING)
                                .get(),
                        client.admissionRegistration()
                                .v1()
                                .validatingWebhookConfigurations()
                                .withName(WebhookConfigurations.VALIDATING)
                                .get())
                .filter(Objects::nonNull)
                .filter(found -> !isOurs(found))
                .forEach(found -> signs.add(
                        "the " + found.getKind() + " " + found.getMetadata().getName() + " is not ours"));
        Optional.ofNullable(client.rbac()
                        .roles()
                        .inNamespace("kube-system")
                        .withName(EKS_ROLE)
                        .get())
                .ifPresent(_ -> signs.add("the Role kube-system/" + EKS_ROLE + " says that EKS runs its controller"));
        Optional.ofNullable(client.leases()
                        .inNamespace(namespace)
                        .withName(ControllerRole.LEASE)
                        .get())
                .filter(lease -> isHeld(lease, now))
                .map(lease -> lease.getSpec().getHolderIdentity())
                .filter(holder -> !family(holder).equals(family(identity)))
                .ifPresent(holder ->
                        signs.add("the Lease " + namespace + "/" + ControllerRole.LEASE + " is held by " + holder));
        return signs;
    }

    /** A pod of a Deployment is named after it, its ReplicaSet and itself. */
    static String family(String identity) {
        String[] parts = identity.split("-");
        return parts.length < 3 ? identity : String.join("-", List.of(parts).subList(0, parts.length - 2));
    }

    private static boolean isOurs(HasMetadata found) {
        return found.getMetadata().getLabels() != null
                && found.getMetadata().getLabels().entrySet().containsAll(WebhookConfigurations.OURS.entrySet());
    }

    private static boolean isHeld(Lease lease, Instant now) {
        return lease.getSpec() != null
                && lease.getSpec().getHolderIdentity() != null
                && !lease.getSpec().getHolderIdentity().isEmpty()
                && lease.getSpec().getRenewTime() != null
                && lease.getSpec()
                        .getRenewTime()
                        .toInstant()
                        .plusSeconds(Objects.requireNonNullElse(lease.getSpec().getLeaseDurationSeconds(), 0))
                        .isAfter(now);
    }
}
