package io.vpccni.kube.crd;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crd.generator.annotation.SelectableField;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Singular;
import io.fabric8.kubernetes.model.annotation.Version;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a node asks of the controller, and what the controller has made for it. Named like its Node. */
@Group("vpcresources.k8s.aws")
@Version("v1alpha1")
@Kind("CNINode")
@Plural("cninodes")
@Singular("cninode")
@ShortNames("cnd")
@AdditionalPrinterColumn(name = "Features", jsonPath = ".spec.features", type = AdditionalPrinterColumn.Type.STRING)
public final class CniNode extends CustomResource<CniNode.Spec, CniNode.Status> {

    private static final long serialVersionUID = 1L;

    /** A finalizer of that name keeps the object until the interfaces of its instance are gone. */
    public static final String FINALIZER = "networking.k8s.aws/resource-cleanup";

    /** How the object spells its features. */
    public static final String SECURITY_GROUPS_FOR_PODS_WORD = "SecurityGroupsForPods";

    public static final String CUSTOM_NETWORKING_WORD = "CustomNetworking";

    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @ValidationRule(value = "!has(oldSelf.managedBy) || has(self.managedBy)", message = "managedBy may not be removed")
    public record Spec(
            @JsonPropertyDescription("What the node asks for.") @Nullable
            List<Feature> features,

            @JsonPropertyDescription("Tags of the interfaces that are made for the node.") @Nullable
            Map<String, String> tags,

            @JsonPropertyDescription("Who looks after the node; vpc-resource-controller if empty.")
            @SelectableField
            @ValidationRule(value = "self == oldSelf", message = "managedBy may not be changed")
            @Nullable
            ManagedBy managedBy) {}

    /** @param value name of the ENIConfig for {@link FeatureName#CUSTOM_NETWORKING} */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Feature(
            @Nullable FeatureName name, @Nullable String value) {}

    public enum FeatureName {
        @JsonProperty(SECURITY_GROUPS_FOR_PODS_WORD)
        SECURITY_GROUPS_FOR_PODS,
        @JsonProperty(CUSTOM_NETWORKING_WORD)
        CUSTOM_NETWORKING
    }

    public enum ManagedBy {
        @JsonProperty("vpc-resource-controller")
        VPC_RESOURCE_CONTROLLER,
        @JsonProperty("eks-auto-mode")
        EKS_AUTO_MODE
    }

    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Status(@Nullable TrunkInterface trunkInterface) {}

    /** @param branches an empty list says that there are none, and takes an earlier one's place */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record TrunkInterface(
            @Required String id,
            @Nullable String macAddress,
            @Nullable Integer deviceIndex,
            @Pattern("^subnet-[0-9a-f]+$") @Nullable String subnetID,
            @Nullable List<BranchInterface> branches) {}

    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record BranchInterface(
            @Required String id,
            @Required Integer vlanID,
            @Nullable String associationID,
            @Nullable String macAddress,
            @Nullable String subnetCIDR,
            @Nullable String subnetV6CIDR,
            @Nullable List<String> securityGroups,
            @Nullable List<String> ipv4CIDRs,
            @Nullable List<String> ipv6CIDRs) {}
}
