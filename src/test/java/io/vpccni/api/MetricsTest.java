package io.vpccni.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vpccni.daemon.AddRequest;
import io.vpccni.daemon.DelRequest;
import io.vpccni.pool.PodName;
import io.vpccni.pool.Reason;
import io.vpccni.pool.Sandbox;
import io.vpccni.testing.Eventually;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The page that Prometheus reads: the reference's metrics under their exact names, and ours. */
@QuarkusTest
class MetricsTest {

    /** All metrics of the reference, with type and labels. */
    private static final String REFERENCE = """
            awscni_build_info gauge version,goversion
            awscni_ipamd_error_count counter fn
            awscni_ipamd_action_inprogress gauge fn
            awscni_eni_max gauge
            awscni_ip_max gauge
            awscni_reconcile_count counter fn
            awscni_add_ip_req_count counter
            awscni_del_ip_req_count counter reason
            awscni_pod_eni_error_count counter fn
            awscni_aws_api_latency_ms summary api,error,status
            awscni_aws_api_error_count counter api,error
            awscni_aws_utils_error_count counter fn,error
            awscni_ec2api_req_count counter fn
            awscni_ec2api_error_count counter fn
            awscni_eni_allocated gauge
            awscni_total_ip_addresses gauge
            awscni_assigned_ip_addresses gauge
            awscni_total_ipv4_prefixes gauge
            awscni_force_removed_enis counter
            awscni_force_removed_ips counter
            awscni_assigned_ip_per_cidr gauge cidr
            awscni_assigned_ip_per_eni gauge eni
            awscni_no_available_ip_addresses counter
            awscni_ipamd_startup_duration_seconds histogram success,with_api_server,failure_reason
            awscni_ipamd_node_initialization_duration_seconds histogram success
            awscni_connmark_backend gauge backend
            awscni_connmark_reconcile_total counter result
            """;

    private static final String OURS = """
            vpccni_add_phase_seconds histogram
            vpccni_add_refusals_total counter
            vpccni_waiting_pods gauge
            vpccni_free_ip_addresses gauge
            vpccni_cooling_ip_addresses gauge
            vpccni_held_ip_addresses gauge
            vpccni_free_prefixes gauge
            vpccni_prefix_fragmentation gauge
            vpccni_ec2_calls_total counter
            vpccni_ec2_calls_per_address gauge
            vpccni_ec2_budget_tokens gauge
            vpccni_subnet_free_addresses gauge
            """;

    private static final Sandbox SANDBOX = new Sandbox("aws-cni", "measured-1", "eth0");

    @TestHTTPResource(value = "/", management = true)
    URI management;

    @Inject
    NodeLife life;

    @BeforeEach
    void serveAPod() {
        life.node().ready().await().atMost(Duration.ofSeconds(30));
        life.node()
                .add(new AddRequest(SANDBOX, new PodName("shop", "measured"), Duration.ofSeconds(30), Optional.empty()))
                .await()
                .atMost(Duration.ofSeconds(30));
    }

    @Test
    void everyMetricOfTheReferenceIsThereUnderItsNameAndWithItsType() {
        String page = page();

        REFERENCE
                .lines()
                .forEach(
                        line -> assertThat(types(page)).as(line).containsEntry(line.split(" ")[0], line.split(" ")[1]));
        assertThat(types(page).keySet().stream().filter(name -> name.startsWith("awscni_")))
                .as("none besides")
                .containsExactlyInAnyOrderElementsOf(
                        REFERENCE.lines().map(line -> line.split(" ")[0]).toList());
    }

    @Test
    void samplesHaveTheReferencesLabelsAndNoSuffixes() {
        String page = page();

        REFERENCE.lines().map(line -> line.split(" ")).forEach(row -> {
            List<String> labels = row.length < 3 ? List.of() : Arrays.asList(row[2].split(","));
            Pattern sample = Pattern.compile("^" + row[0] + "(_sum|_count|_bucket)?(\\{([^}]*)})? ", Pattern.MULTILINE);
            sample.matcher(page)
                    .results()
                    .forEach(found -> assertThat(labelsIn(found.group(3)))
                            .as(found.group())
                            .isEqualTo(labels));
        });
        assertThat(page).doesNotContain("awscni_add_ip_req_count_total", "req_count_total");
    }

    @Test
    void oursAreThereToo() {
        String page = page();

        OURS.lines()
                .forEach(
                        line -> assertThat(types(page)).as(line).containsEntry(line.split(" ")[0], line.split(" ")[1]));
        assertThat(page).contains("vpccni_add_refusals_total{reason=\"" + Reason.ENI_LIMIT + "\"");
        assertThat(page).containsPattern("vpccni_add_phase_seconds_bucket\\{phase=\"total\",le=\"0\\.001\"");
        assertThat(page).containsPattern("vpccni_ec2_calls_total\\{api=\"DescribeInstanceTypes\",outcome=\"200\"");
        assertThat(page).containsPattern("vpccni_ec2_budget_tokens\\{api=\"DescribeInstanceTypes\"");
    }

    @Test
    void figuresFollowWhatHappens() throws Exception {
        assertThat(value("awscni_assigned_ip_addresses")).isPositive();
        assertThat(value("awscni_eni_max")).isEqualTo(3);
        assertThat(value("awscni_ip_max")).isEqualTo(27);
        assertThat(value("awscni_ec2api_req_count{fn=\"DescribeInstanceTypes\"}"))
                .isEqualTo(1);
        assertThat(
                        value(
                                "awscni_aws_api_latency_ms_count{api=\"DescribeInstanceTypes\",error=\"false\",status=\"200\"}"))
                .isEqualTo(1);
        assertThat(value("awscni_aws_api_latency_ms_count{api=\"GetMetadata\",error=\"false\",status=\"200\"}"))
                .as("IMDS")
                .isGreaterThan(5);
        assertThat(page()).doesNotContain("awscni_ec2api_req_count{fn=\"GetMetadata\"}");
        assertThat(value("awscni_ipamd_action_inprogress{fn=\"nodeInit\"}")).isZero();
        assertThat(value("awscni_ipamd_startup_duration_seconds_count"
                        + "{success=\"true\",with_api_server=\"false\",failure_reason=\"\"}"))
                .isEqualTo(1);
        assertThat(value("awscni_connmark_reconcile_total{result=\"success\"}")).isEqualTo(1);
        String address = life.node()
                .view()
                .orElseThrow()
                .assignmentOf(SANDBOX)
                .orElseThrow()
                .address()
                .toString();
        assertThat(value("awscni_assigned_ip_per_cidr{cidr=\"" + address + "/32\"}"))
                .isEqualTo(1);

        life.node().del(new DelRequest(SANDBOX)).await().atMost(Duration.ofSeconds(30));

        Eventually.is(0.0, "its address", () -> value("awscni_assigned_ip_per_cidr{cidr=\"" + address + "/32\"}"));
    }

    private String page() {
        return given().baseUri(management.toString())
                .get("/metrics")
                .then()
                .statusCode(200)
                .extract()
                .asString();
    }

    private double value(String sample) {
        return page().lines()
                .filter(line -> line.startsWith(sample + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(sample.length() + 1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no sample " + sample));
    }

    private static Map<String, String> types(String page) {
        return page.lines()
                .filter(line -> line.startsWith("# TYPE "))
                .map(line -> line.split(" "))
                .collect(Collectors.toMap(words -> words[2], words -> words[3], (one, _) -> one, TreeMap::new));
    }

    private static List<String> labelsIn(String pairs) {
        return pairs == null
                ? List.of()
                : Pattern.compile("(\\w+)=\"")
                        .matcher(pairs)
                        .results()
                        .map(label -> label.group(1))
                        .filter(label -> !label.equals("le"))
                        .toList();
    }
}
