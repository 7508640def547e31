package io.vpccni.kube.crd;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.generator.annotation.Size;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Singular;
import io.fabric8.kubernetes.model.annotation.Version;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which security groups which pods of a namespace get. */
@Group("vpcresources.k8s.aws")
@Version("v1beta1")
@Kind("SecurityGroupPolicy")
@Plural("securitygrouppolicies")
@Singular("securitygrouppolicy")
@ShortNames("sgp")
@AdditionalPrinterColumn(
        name = "Security-Group-Ids",
        jsonPath = ".spec.securityGroups.groupIds",
        type = AdditionalPrinterColumn.Type.STRING)
public final class SecurityGroupPolicy extends CustomResource<SecurityGroupPolicy.Spec, Void> implements Namespaced {

    private static final long serialVersionUID = 1L;

    /** A policy with neither selector selects nothing; with both, both have to hold. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Spec(
            @JsonPropertyDescription("Selects pods by their labels. Empty selects all.") @Nullable
            LabelSelector podSelector,

            @JsonPropertyDescription("Selects pods by the labels of their ServiceAccounts. Empty selects all.")
            @Nullable
            LabelSelector serviceAccountSelector,

            @JsonPropertyDescription("The security groups of the pods selected.") @Nullable
            GroupIds securityGroups) {}

    /** At least one. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record GroupIds(
            @JsonPropertyDescription("Ids of security groups in the VPC.") @Size(min = 1) @Nullable
            List<String> groupIds) {}
}
