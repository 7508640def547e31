package io.vpccni.kube.crd;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.fabric8.crdv2.generator.CRDGenerator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The definitions that the manifests ship are those of the Java types, and say what the reference's say. */
class CustomResourceDefinitionsTest {

    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
    private static final Path MANIFESTS = Path.of("src/main/kubernetes/controller.yml");

    @TempDir
    Path folder;

    @Test
    void theManifestsShipWhatTheTypesSay() throws IOException {
        for (JsonNode generated : generated()) {
            String name = generated.path("metadata").path("name").asText();
            assertThat(shipped(name))
                    .as(
                            "%s in %s; generate it anew from the types: %s",
                            name, MANIFESTS, YAML.writeValueAsString(generated))
                    .isEqualTo(generated);
        }
    }

    private List<JsonNode> generated() throws IOException {
        new CRDGenerator()
                .customResourceClasses(SecurityGroupPolicy.class, CniNode.class)
                .inOutputDir(folder.toFile())
                .generate();
        List<JsonNode> found = new ArrayList<>();
        try (var files = Files.list(folder)) {
            for (Path file : files.sorted().toList()) {
                found.add(YAML.readTree(file.toFile()));
            }
        }
        assertThat(found).hasSize(2);
        return found;
    }

    private static JsonNode shipped(String name) throws IOException {
        try (var documents = YAML.readerFor(JsonNode.class).<JsonNode>readValues(MANIFESTS.toFile())) {
            while (documents.hasNext()) {
                JsonNode document = documents.next();
                if (document.path("metadata").path("name").asText().equals(name)) {
                    return document;
                }
            }
        }
        throw new AssertionError("no " + name + " in " + MANIFESTS);
    }

    /** Fields of the resource controller's v1.7.19. */
    @Test
    void aSecurityGroupPolicyIsTheReferences() throws IOException {
        JsonNode spec = shipped("securitygrouppolicies.vpcresources.k8s.aws").path("spec");
        JsonNode version = spec.path("versions").path(0);
        JsonNode fields = schema(version).path("spec").path("properties");

        assertThat(spec.path("group").asText()).isEqualTo("vpcresources.k8s.aws");
        assertThat(spec.path("scope").asText()).isEqualTo("Namespaced");
        assertThat(spec.path("names").path("shortNames"))
                .extracting(JsonNode::asText)
                .containsExactly("sgp");
        assertThat(spec.path("names").path("kind").asText()).isEqualTo("SecurityGroupPolicy");
        assertThat(version.path("name").asText()).isEqualTo("v1beta1");
        assertThat(names(fields)).containsExactly("podSelector", "securityGroups", "serviceAccountSelector");
        JsonNode groups = fields.path("securityGroups").path("properties").path("groupIds");
        assertThat(groups.path("minItems").asInt()).isEqualTo(1);
        assertThat(groups.has("maxItems")).isFalse();
        assertThat(version.path("additionalPrinterColumns").path(0).path("name").asText())
                .isEqualTo("Security-Group-Ids");
    }

    /** Fields of v1.7.19, and those that v1.8.0 added: spec.managedBy and status. */
    @Test
    void aCniNodeIsTheReferences() throws IOException {
        JsonNode spec = shipped("cninodes.vpcresources.k8s.aws").path("spec");
        JsonNode version = spec.path("versions").path(0);
        JsonNode fields = schema(version).path("spec").path("properties");
        JsonNode trunk = schema(version).path("status").path("properties").path("trunkInterface");

        assertThat(spec.path("scope").asText()).isEqualTo("Cluster");
        assertThat(spec.path("names").path("shortNames"))
                .extracting(JsonNode::asText)
                .containsExactly("cnd");
        assertThat(version.path("name").asText()).isEqualTo("v1alpha1");
        assertThat(version.path("subresources").has("status")).isTrue();
        assertThat(version.path("selectableFields").path(0).path("jsonPath").asText())
                .isEqualTo(".spec.managedBy");
        assertThat(names(fields)).containsExactly("features", "managedBy", "tags");
        assertThat(fields.path("features")
                        .path("items")
                        .path("properties")
                        .path("name")
                        .path("enum"))
                .extracting(JsonNode::asText)
                .containsExactlyInAnyOrder("SecurityGroupsForPods", "CustomNetworking");
        assertThat(fields.path("managedBy").path("enum"))
                .extracting(JsonNode::asText)
                .containsExactlyInAnyOrder("vpc-resource-controller", "eks-auto-mode");
        assertThat(names(trunk.path("properties")))
                .containsExactly("branches", "deviceIndex", "id", "macAddress", "subnetID");
        assertThat(names(trunk.path("properties").path("branches").path("items").path("properties")))
                .containsExactly(
                        "associationID",
                        "id",
                        "ipv4CIDRs",
                        "ipv6CIDRs",
                        "macAddress",
                        "securityGroups",
                        "subnetCIDR",
                        "subnetV6CIDR",
                        "vlanID");
        assertThat(trunk.path("properties").path("branches").path("items").path("required"))
                .extracting(JsonNode::asText)
                .containsExactly("id", "vlanID");
    }

    private static JsonNode schema(JsonNode version) {
        return version.path("schema").path("openAPIV3Schema").path("properties");
    }

    private static Set<String> names(JsonNode object) {
        return new TreeSet<>(StreamSupport.stream(((Iterable<String>) object::fieldNames).spliterator(), false)
                .toList());
    }
}
