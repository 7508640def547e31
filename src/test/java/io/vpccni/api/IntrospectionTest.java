package io.vpccni.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.junit.QuarkusTest;
import io.vpccni.daemon.AddRequest;
import io.vpccni.daemon.DelRequest;
import io.vpccni.pool.PodName;
import io.vpccni.pool.Sandbox;
import io.vpccni.testing.Eventually;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What people see over HTTP, in the reference's shapes. */
@QuarkusTest
class IntrospectionTest {

    private static final String[] COMMANDS = {
        "/v1/enis", "/v1/eni-configs", "/v1/networkutils-env-settings", "/v1/ipamd-env-settings", "/v1/explain"
    };

    @Inject
    NodeLife life;

    @BeforeEach
    void waitForTheNode() {
        life.node().ready().await().atMost(Duration.ofSeconds(30));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/v1/pods", "/v1", "/nothing/here"})
    void unknownPathsListWhatThereIs(String path) {
        given().get(path).then().statusCode(200).body("AvailableCommands", hasItems(COMMANDS));
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "POST", "PUT", "DELETE", "PATCH"})
    void anyMethodIsAnsweredAlike(String method) {
        given().request(method, "/v1/eni-configs").then().statusCode(200).body(equalTo("\"default\""));
        given().request(method, "/nowhere").then().statusCode(200).body("AvailableCommands", hasItems(COMMANDS));
    }

    @Test
    void theNetworkSettingsHaveTheReferencesShape() {
        given().get("/v1/networkutils-env-settings")
                .then()
                .statusCode(200)
                .body("AWS_EXTERNAL_SERVICE_CIDRS", nullValue())
                .body("AWS_VPC_CNI_NODE_PORT_SUPPORT", is(true))
                .body("AWS_VPC_ENI_MTU", is(9001))
                .body("AWS_VPC_K8S_CNI_CONNMARK", is(128))
                .body("AWS_VPC_K8S_CNI_EXCLUDE_SNAT_CIDRS", nullValue())
                .body("AWS_VPC_K8S_CNI_EXTERNALSNAT", is(false))
                .body("AWS_VPC_K8S_CNI_RANDOMIZESNAT", is(2))
                .body("AWS_VPC_K8S_CNI_VETHPREFIX", is("eni"));
    }

    @Test
    void theWarmTargetsHaveTheReferencesShape() {
        given().get("/v1/ipamd-env-settings")
                .then()
                .statusCode(200)
                .body("AWS_MANAGE_ENIS_NON_SCHEDULABLE", is(false))
                .body("AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG", is(false))
                .body("ENABLE_SUBNET_DISCOVERY", is(true))
                .body("WARM_ENI_TARGET", is(1))
                .body("WARM_IP_TARGET", is(0));
    }

    @Test
    void anInterfaceHasTheReferencesFields() {
        String primary =
                life.node().view().orElseThrow().enis().getFirst().eni().id().value();

        Map<String, Map<String, Object>> enis = given().get("/v1/enis")
                .then()
                .statusCode(200)
                .body("0.TotalIPs", greaterThanOrEqualTo(0))
                .body("0.AssignedIPs", greaterThanOrEqualTo(0))
                .extract()
                .path("0.ENIs");
        assertThat(enis.get(primary))
                .containsEntry("ID", primary)
                .containsEntry("IsPrimary", true)
                .containsEntry("IsTrunk", false)
                .containsEntry("IsEFA", false)
                .containsEntry("DeviceNumber", 0)
                .containsEntry("IsExcludedForPodIPs", false)
                .containsEntry("RouteTableID", 254)
                .containsKeys("AvailableIPv4Cidrs", "IPv6Cidrs", "SubnetID");
    }

    @Test
    void anAddIsExplainedByPodByContainerAndAmongTheLast() throws Exception {
        Sandbox sandbox = new Sandbox("aws-cni", "explained-1", "eth0");
        life.node()
                .add(new AddRequest(sandbox, new PodName("shop", "told"), Duration.ofSeconds(30), Optional.empty()))
                .await()
                .atMost(Duration.ofSeconds(30));
        Eventually.is(
                "granted",
                "its outcome",
                () -> given().get("/v1/explain?container=explained-1").path("adds[0].outcome.state"));

        given().get("/v1/explain?pod=shop/told")
                .then()
                .statusCode(200)
                .rootPath("adds[0]")
                .body("container", is("explained-1"))
                .body("pod", is("shop/told"))
                .body("outcome.address", containsString("10.0."))
                .body("phases.phase", hasItems("queued", "waitingForAddress", "stateFile", "answered"))
                .body("pool.atArrival.interfaceLimit", is(3))
                .body("totalMillis", greaterThan(0f));
        given().get("/v1/explain?last=5").then().statusCode(200).body("adds.pod", hasItem("shop/told"));

        life.node().del(new DelRequest(sandbox)).await().atMost(Duration.ofSeconds(30));
    }

    @Test
    void anUnknownPodIsAnsweredWithWhatIsKnown() {
        given().get("/v1/explain?pod=shop/nobody")
                .then()
                .statusCode(404)
                .body("error", containsString("no ADD of pod shop/nobody"))
                .body("knownPods", notNullValue());
    }

    @Test
    void anUnusableQuestionIsAnsweredWithWhatIsAccepted() {
        given().get("/v1/explain?last=none")
                .then()
                .statusCode(400)
                .body("error", containsString("?pod=<namespace>/<name>"));
    }
}
