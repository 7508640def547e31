package io.vpccni.controller;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.vpccni.branch.SecurityGroups;
import io.vpccni.controller.PodAdmission.Verdict;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PodAdmissionTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final SecurityGroups TWO = SecurityGroups.of("sg-1", "sg-2");
    private static final SecurityGroups NONE = SecurityGroups.NONE;
    private static final String KEY = "vpc.amazonaws.com~1pod-eni";
    private static final String ANNOTATED = "{\"metadata\":{\"annotations\":{\"vpc.amazonaws.com/pod-eni\":\"x\"}}}";
    private static final String PLAIN = "{\"metadata\":{}}";
    private static final String FARGATE_ANNOTATED =
            "{\"metadata\":{\"annotations\":{\"fargate.amazonaws.com/pod-sg\":\"sg-9\"}}}";

    @ParameterizedTest(name = "{0}")
    @MethodSource("mutations")
    void marks(String name, String pod, SecurityGroups groups, String patch) throws JsonProcessingException {
        Verdict verdict = PodAdmission.mutate(JSON.readTree(pod), groups);

        assertThat(verdict.denial()).isEmpty();
        assertThat(verdict.patch()).isEqualTo(JSON.readTree(patch.replace('\'', '"')));
    }

    static Stream<Arguments> mutations() {
        String both = "{'op':'add','path':'/spec/containers/0/resources/limits/%s','value':'1'},".formatted(KEY);
        String requests = "{'op':'add','path':'/spec/containers/0/resources/requests/%s','value':'1'}".formatted(KEY);
        String empty = "{'op':'add','path':'/spec/containers/0/resources%s','value':{}},";
        return Stream.of(
                Arguments.of("a pod on the host network passes", pod("\"hostNetwork\":true,", ""), TWO, "[]"),
                Arguments.of(
                        "a Windows pod passes",
                        pod("\"nodeSelector\":{\"kubernetes.io/os\":\"windows\"},", ""),
                        TWO,
                        "[]"),
                Arguments.of("a pod that no policy selects passes", pod("", ""), NONE, "[]"),
                Arguments.of(
                        "without resources",
                        pod("", ""),
                        TWO,
                        "[" + empty.formatted("") + empty.formatted("/limits") + both + empty.formatted("/requests")
                                + requests + "]"),
                Arguments.of(
                        "with limits only",
                        pod("", ",\"resources\":{\"limits\":{\"cpu\":\"1\"}}"),
                        TWO,
                        "[" + both + empty.formatted("/requests") + requests + "]"),
                Arguments.of(
                        "on Fargate",
                        fargate("{}"),
                        TWO,
                        "[{'op':'add','path':'/metadata/annotations/fargate.amazonaws.com~1pod-sg',"
                                + "'value':'sg-1,sg-2'}]"),
                Arguments.of(
                        "on Fargate without a policy",
                        fargate("{\"fargate.amazonaws.com/pod-sg\":\"sg-own\"}"),
                        NONE,
                        "[{'op':'remove','path':'/metadata/annotations/fargate.amazonaws.com~1pod-sg'}]"));
    }

    private static String pod(String spec, String container) {
        return "{\"metadata\":{\"labels\":{\"app\":\"web\"}},\"spec\":{" + spec + "\"containers\":[{\"name\":\"main\""
                + container + "}]}}";
    }

    private static String fargate(String annotations) {
        return "{\"metadata\":{\"labels\":{\"eks.amazonaws.com/fargate-profile\":\"p\"},\"annotations\":" + annotations
                + "},\"spec\":{\"containers\":[{\"name\":\"main\"}]}}";
    }

    @Test
    void moreGroupsThanAnInterfaceCanHaveAreRefusedAndMoreThanUsualWarnedOf() throws JsonProcessingException {
        JsonNode pod = JSON.readTree(pod("", ""));

        assertThat(PodAdmission.mutate(pod, groups(17)).denial())
                .get()
                .asString()
                .contains("17", "16 at most");
        assertThat(PodAdmission.mutate(pod, groups(6)).warnings())
                .singleElement()
                .asString()
                .contains("6 security groups");
        assertThat(PodAdmission.mutate(pod, groups(5)).warnings()).isEmpty();
    }

    private static SecurityGroups groups(int count) {
        return new SecurityGroups(
                IntStream.range(0, count).mapToObj(number -> "sg-" + number).toList());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("guards")
    void guards(String name, String before, String after, String user, boolean allowed) throws JsonProcessingException {
        JsonNode old = before.isEmpty() ? MissingNode.getInstance() : JSON.readTree(before);

        assertThat(PodAdmission.validate(old, JSON.readTree(after), user)
                        .denial()
                        .isEmpty())
                .isEqualTo(allowed);
    }

    static Stream<Arguments> guards() {
        String controller = "system:serviceaccount:kube-system:vpc-resource-controller";
        return Stream.of(
                Arguments.of("a new pod with the annotation", "", ANNOTATED, controller, false),
                Arguments.of("a new pod without", "", PLAIN, "somebody", true),
                Arguments.of("the controller writes it", PLAIN, ANNOTATED, controller, true),
                Arguments.of("the controller of EKS writes it", PLAIN, ANNOTATED, "eks:vpc-resource-controller", true),
                Arguments.of("somebody writes it", PLAIN, ANNOTATED, "somebody", false),
                Arguments.of("somebody removes it", ANNOTATED, PLAIN, "somebody", false),
                Arguments.of("somebody changes something else", ANNOTATED, ANNOTATED, "somebody", true),
                Arguments.of("nobody changes Fargate's", PLAIN, FARGATE_ANNOTATED, controller, false));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("nodes")
    void guardsNodes(String name, String before, String after, String user, boolean allowed)
            throws JsonProcessingException {
        assertThat(NodeAdmission.validate(JSON.readTree(before), JSON.readTree(after), user)
                        .denial()
                        .isEmpty())
                .isEqualTo(allowed);
    }

    static Stream<Arguments> nodes() {
        String trunk = "{\"metadata\":{\"labels\":{\"vpc.amazonaws.com/has-trunk-attached\":\"true\"}}}";
        String other = "{\"metadata\":{\"labels\":{\"team\":\"shop\"}}}";
        String versioned = "{\"metadata\":{\"resourceVersion\":\"5\",\"managedFields\":[]}}";
        return Stream.of(
                Arguments.of("the trunk label", PLAIN, trunk, NodeAdmission.DAEMON, true),
                Arguments.of("another label", PLAIN, other, NodeAdmission.DAEMON, false),
                Arguments.of("another label by somebody else", PLAIN, other, "somebody", true),
                Arguments.of("what the server writes", PLAIN, versioned, NodeAdmission.DAEMON, true),
                Arguments.of(
                        "a taint", PLAIN, "{\"metadata\":{},\"spec\":{\"taints\":[]}}", NodeAdmission.DAEMON, false));
    }
}
