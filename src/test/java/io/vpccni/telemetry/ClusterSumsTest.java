package io.vpccni.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClusterSumsTest {

    private final ClusterSums sums = new ClusterSums();

    /** All daemons answer; {@code pages} are names and pages in turn. */
    private Map<Figure, Double> look(String... pages) {
        Map<String, Exposition> answered = new HashMap<>();
        for (int i = 0; i < pages.length; i += 2) {
            answered.put(pages[i], Exposition.parse(pages[i + 1]));
        }
        return sums.look(answered.keySet(), answered);
    }

    private static String adds(int count) {
        return "awscni_add_ip_req_count " + count;
    }

    @Test
    void gaugesOfAllDaemonsAndAllTheirSeriesAreAddedUp() {
        Map<Figure, Double> figures = look(
                "a", "awscni_eni_max 3\nawscni_assigned_ip_per_cidr{cidr=\"10.0.0.0/28\"} 5",
                "b", """
                        awscni_eni_max 4
                        awscni_assigned_ip_per_cidr{cidr="10.0.0.0/28"} 2
                        awscni_assigned_ip_per_cidr{cidr="10.0.0.16/28"} 1
                        """);

        assertThat(figures).isEqualTo(Map.of(Figure.MAX_ENIS, 7.0, Figure.ASSIGNED_PER_CIDR, 8.0));
    }

    @Test
    void theWorstLatencyCountsAndOnesThatNobodyMeasuredDoNot() {
        Map<Figure, Double> figures = look(
                "a", """
                        awscni_aws_api_latency_ms{api="A",quantile="0.5"} 900
                        awscni_aws_api_latency_ms{api="A",quantile="0.99"} 120
                        awscni_aws_api_latency_ms_sum{api="A"} 9000
                        """,
                "b", """
                        awscni_aws_api_latency_ms{api="A",quantile="0.99"} NaN
                        awscni_aws_api_latency_ms{api="B",quantile="0.99"} 340
                        """);

        assertThat(figures).isEqualTo(Map.of(Figure.LATENCY, 340.0));
    }

    @Test
    void whatWasCountedBeforeTheFirstLookIsNotTold() {
        assertThat(look("a", adds(1_000))).isEmpty();
        assertThat(look("a", adds(1_000))).containsEntry(Figure.ADDS, 0.0);
    }

    @Test
    void countersOfSeveralDaemonsRiseEachFromItsOwn() {
        look("a", adds(1_000), "b", adds(10));

        assertThat(look("a", adds(1_003), "b", adds(14))).containsEntry(Figure.ADDS, 7.0);
        assertThat(look("a", adds(1_003), "b", adds(15))).containsEntry(Figure.ADDS, 1.0);
    }

    @Test
    void seriesOfACounterAreFollowedOneByOne() {
        look("a", "awscni_ec2api_req_count{fn=\"Assign\"} 5\nawscni_ec2api_req_count{fn=\"Describe\"} 100");

        assertThat(look("a", """
                        awscni_ec2api_req_count{fn="Assign"} 1
                        awscni_ec2api_req_count{fn="Describe"} 101
                        awscni_ec2api_req_count{fn="Create"} 2
                        """)).as("one began anew, one went on, one is new").containsEntry(Figure.EC2_CALLS, 4.0);
    }

    @Test
    void aDaemonThatCameSinceTellsAllThatItCounted() {
        look("a", adds(1_000));

        assertThat(look("a", adds(1_000), "b", adds(9))).containsEntry(Figure.ADDS, 9.0);
    }

    @Test
    void aDaemonThatDidNotAnswerForAWhileTellsWhatItCountedMeanwhile() {
        look("a", adds(10), "b", adds(10));
        sums.look(Set.of("a", "b"), Map.of("a", Exposition.parse(adds(11))));

        assertThat(look("a", adds(11), "b", adds(25))).containsEntry(Figure.ADDS, 15.0);
    }

    @Test
    void aDaemonThatWasThereAndNeverAnsweredTellsNothingAtFirst() {
        sums.look(Set.of("a"), Map.of());

        assertThat(look("a", adds(1_000))).isEmpty();
        assertThat(look("a", adds(1_001))).containsEntry(Figure.ADDS, 1.0);
    }

    @Test
    void aDaemonThatWentIsForgotten() {
        look("a", adds(10), "b", adds(10));
        look("a", adds(10));

        assertThat(look("a", adds(10), "b", adds(4)))
                .as("another daemon of that name")
                .containsEntry(Figure.ADDS, 4.0);
    }

    @ParameterizedTest(name = "{1}")
    @CsvSource({
        "awscni_assigned_ip_addresses, assignIPAddresses, SHOWN_SUM",
        "awscni_total_ip_addresses, totalIPAddresses, SHOWN_SUM",
        "awscni_total_ipv4_prefixes, totalIPv4Prefixes, SHOWN_SUM",
        "awscni_assigned_ip_per_cidr, totalAssignedIPv4sPerCidr, SUM",
        "awscni_eni_allocated, eniAllocated, SHOWN_SUM",
        "awscni_eni_max, eniMaxAvailable, SHOWN_SUM",
        "awscni_ip_max, maxIPAddresses, SHOWN_SUM",
        "awscni_aws_api_latency_ms, awsAPILatency, HIGHEST_P99",
        "awscni_aws_api_error_count, awsAPIErr, INCREASE",
        "awscni_aws_utils_error_count, awsUtilErr, INCREASE",
        "awscni_ipamd_error_count, ipamdErr, INCREASE",
        "awscni_force_removed_enis, forceRemoveENI, INCREASE",
        "awscni_force_removed_ips, forceRemoveIPs, INCREASE",
        "awscni_ipamd_action_inprogress, ipamdActionInProgress, SUM",
        "awscni_reconcile_count, reconcileCount, INCREASE",
        "awscni_add_ip_req_count, addReqCount, INCREASE",
        "awscni_del_ip_req_count, delReqCount, INCREASE",
        "awscni_pod_eni_error_count, podENIErr, INCREASE",
        "awscni_ec2api_req_count, ec2ApiReqCount, INCREASE",
        "awscni_ec2api_error_count, ec2ApiErrCount, INCREASE"
    })
    void aFigureHasTheReferencesNamesAndWayOfAddingUp(String metric, String cloudWatch, Figure.Kind kind) {
        assertThat(Figure.values())
                .filteredOn(figure -> figure.cloudWatch().equals(cloudWatch))
                .extracting(Figure::metric, Figure::kind)
                .containsExactly(tuple(metric, kind));
    }

    @Test
    void linesThatAreNoSamplesAreLeftOut() {
        Exposition page = Exposition.parse("""
                # TYPE awscni_eni_max gauge
                awscni_eni_max 3 1700000000000
                awscni_eni_max{odd="a \\"quoted\\" } brace",second="2"} 4
                awscni_ip_max three
                <html>
                awscni_inf +Inf
                """);

        assertThat(page.of("awscni_eni_max"))
                .containsExactly(
                        new Exposition.Sample(Map.of(), 3),
                        new Exposition.Sample(Map.of("odd", "a \\\"quoted\\\" } brace", "second", "2"), 4));
        assertThat(page.of("awscni_ip_max")).isEmpty();
        assertThat(page.of("awscni_inf"))
                .extracting(Exposition.Sample::value)
                .containsExactly(Double.POSITIVE_INFINITY);
    }
}
