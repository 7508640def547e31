package io.vpccni.emulator.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RightsTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String AGENT = "system:serviceaccount:kube-system:agent";

    private final Rights rights = Rights.of(List.of(object("""
                    {"kind": "ClusterRole", "metadata": {"name": "agent"}, "rules": [
                      {"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list", "watch"]},
                      {"apiGroups": [""], "resources": ["nodes/status"], "verbs": ["patch"]},
                      {"apiGroups": ["events.k8s.io"], "resources": ["*"], "verbs": ["create"]}]}"""), object("""
                    {"kind": "ClusterRoleBinding", "roleRef": {"kind": "ClusterRole", "name": "agent"},
                     "subjects": [{"kind": "ServiceAccount", "namespace": "kube-system", "name": "agent"}]}"""), object("""
                    {"kind": "Role", "metadata": {"name": "agent", "namespace": "kube-system"}, "rules": [
                      {"apiGroups": [""], "resources": ["configmaps"], "resourceNames": ["mine"], "verbs": ["*"]}]}"""), object("""
                    {"kind": "RoleBinding", "metadata": {"namespace": "kube-system"},
                     "roleRef": {"kind": "Role", "name": "agent"},
                     "subjects": [{"kind": "ServiceAccount", "namespace": "kube-system", "name": "agent"}]}""")));

    private static JsonNode object(String json) {
        try {
            return JSON.readTree(json);
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    @ParameterizedTest(name = "{0} {1}: {2}")
    @CsvSource({
        "GET,    /api/v1/namespaces/shop/pods/web,                                               true",
        "GET,    /api/v1/pods,                                                                   true",
        "GET,    /api/v1/pods?watch=true&resourceVersion=7,                                      true",
        "PATCH,  /api/v1/namespaces/shop/pods/web,                                               false",
        "DELETE, /api/v1/namespaces/shop/pods,                                                   false",
        "PATCH,  /api/v1/nodes/one/status,                                                       true",
        "PATCH,  /api/v1/nodes/one,                                                              false",
        "POST,   /apis/events.k8s.io/v1/namespaces/shop/events,                                  true",
        "POST,   /api/v1/namespaces/shop/events,                                                 false",
        "PUT,    /api/v1/namespaces/kube-system/configmaps/mine,                                 true",
        "PUT,    /api/v1/namespaces/kube-system/configmaps/theirs,                               false",
        "PUT,    /api/v1/namespaces/shop/configmaps/mine,                                        false",
        "GET,    /api/v1/namespaces/kube-system/configmaps?fieldSelector=metadata.name%3Dmine,   true",
        "GET,    /api/v1/namespaces/kube-system/configmaps?fieldSelector=metadata.name%3Dtheirs, false",
        "GET,    /api/v1/namespaces/kube-system/configmaps,                                      false",
    })
    void anAccountMayDoWhatARuleAllowsIt(String method, String request, boolean allowed) {
        assertThat(rights.refusal(AGENT, method, URI.create(request)).isEmpty()).isEqualTo(allowed);
    }

    @Test
    void anotherAccountMayDoNothingAndAPersonEverything() {
        URI pods = URI.create("/api/v1/namespaces/shop/pods");

        assertThat(rights.refusal("system:serviceaccount:shop:agent", "GET", pods))
                .contains("pods is forbidden: User \"system:serviceaccount:shop:agent\" cannot list resource \"pods\""
                        + " in API group \"\" in the namespace \"shop\"");
        assertThat(rights.refusal("kubernetes-admin", "DELETE", pods)).isEmpty();
    }
}
