package io.vpccni.kube;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.vpccni.vpc.SubnetId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where new interfaces of a node are created, when not in the subnet of its first one.
 *
 * @param securityGroups ids; empty for those of the node's first interface
 */
public record EniConfig(String name, SubnetId subnet, List<String> securityGroups) {

    public EniConfig {
        securityGroups = List.copyOf(securityGroups);
    }

    /** Why there is no ENIConfig to go by. */
    public enum Fault {
        MISSING,
        MALFORMED,
        UNREADABLE
    }

    /** No ENIConfig to go by. Using another subnet instead would put pods into the wrong network. */
    public static final class Unusable extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final Fault fault;

        Unusable(Fault fault, String message) {
            super(message);
            this.fault = fault;
        }

        public Fault fault() {
            return fault;
        }
    }

    /** Reads the object. Fails with {@link Unusable}. */
    static EniConfig of(GenericKubernetesResource resource) {
        String name = resource.getMetadata().getName();
        if (!(resource.get("spec", "subnet") instanceof String subnet) || subnet.isBlank()) {
            throw new Unusable(
                    Fault.MALFORMED, "ENIConfig " + name + " names no subnet: set spec.subnet to a subnet id");
        }
        return new EniConfig(
                name, subnetId(name, subnet.strip()), groups(name, resource.get("spec", "securityGroups")));
    }

    private static SubnetId subnetId(String name, String subnet) {
        try {
            return new SubnetId(subnet);
        } catch (IllegalArgumentException e) {
            throw new Unusable(Fault.MALFORMED, "ENIConfig " + name + ": spec.subnet is " + e.getMessage());
        }
    }

    private static List<String> groups(String name, @Nullable Object value) {
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof List<?> items) || !items.stream().allMatch(String.class::isInstance)) {
            throw new Unusable(
                    Fault.MALFORMED,
                    "ENIConfig " + name + ": spec.securityGroups is not a list of security group ids: " + value);
        }
        return items.stream()
                .map(String.class::cast)
                .map(String::strip)
                .filter(group -> !group.isEmpty())
                .toList();
    }
}
