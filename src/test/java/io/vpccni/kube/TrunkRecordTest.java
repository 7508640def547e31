package io.vpccni.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.vpccni.branch.BranchEni;
import io.vpccni.branch.KnownBranch;
import io.vpccni.branch.SecurityGroups;
import io.vpccni.kube.crd.CniNode;
import io.vpccni.vpc.EniId;
import io.vpccni.vpc.Ipv4Address;
import io.vpccni.vpc.Ipv4Cidr;
import io.vpccni.vpc.Ipv6Address;
import io.vpccni.vpc.Ipv6Cidr;
import io.vpccni.vpc.MacAddress;
import io.vpccni.vpc.SubnetId;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TrunkRecordTest {

    private static final KnownBranch BRANCH = new KnownBranch(
            new BranchEni(
                    new EniId("eni-2"),
                    new MacAddress("02:00:00:00:00:02"),
                    Optional.of(Ipv4Address.parse("10.0.0.7")),
                    Optional.of(Ipv6Address.parse("2600::7")),
                    3,
                    Optional.of(Ipv4Cidr.parse("10.0.0.0/20")),
                    Optional.of(Ipv6Cidr.parse("2600::/64")),
                    Optional.of("trunk-assoc-1")),
            Optional.of(SecurityGroups.of("sg-1")));

    @Test
    void whatIsWrittenIsReadAgain() {
        TrunkRecord record = record(List.of(BRANCH));

        assertThat(TrunkRecord.of(cniNode(record.toStatus()))).contains(record);
    }

    @Test
    void noBranchesAreSaidSoThatNoneOfBeforeStay() {
        assertThat(Serialization.asJson(record(List.of()).toStatus())).contains("\"branches\":[]");
    }

    @Test
    void aBranchThatCannotBeReadIsLeftOut() {
        CniNode.Status status = new CniNode.Status(new CniNode.TrunkInterface(
                "eni-1",
                "02:00:00:00:00:01",
                2,
                "subnet-1",
                List.of(new CniNode.BranchInterface(
                        "eni-2", 5_000, null, "02:00:00:00:00:02", null, null, null, null, null))));

        assertThat(TrunkRecord.of(cniNode(status))).map(TrunkRecord::branches).contains(List.of());
    }

    @Test
    void aStatusWithoutATrunkSaysNothing() {
        assertThat(TrunkRecord.of(cniNode(new CniNode.Status(null)))).isEmpty();
        assertThat(TrunkRecord.of(new CniNode())).isEmpty();
    }

    private static TrunkRecord record(List<KnownBranch> branches) {
        return new TrunkRecord(
                new EniId("eni-1"),
                new MacAddress("02:00:00:00:00:01"),
                2,
                Optional.of(new SubnetId("subnet-1")),
                branches);
    }

    private static CniNode cniNode(CniNode.Status status) {
        CniNode object = new CniNode();
        object.setMetadata(new ObjectMetaBuilder().withName("node-1").build());
        object.setStatus(status);
        return object;
    }
}
