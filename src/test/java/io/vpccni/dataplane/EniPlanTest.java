package io.vpccni.dataplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vpccni.vpc.Eni;
import io.vpccni.vpc.EniId;
import io.vpccni.vpc.Ipv4Address;
import io.vpccni.vpc.Ipv4Cidr;
import io.vpccni.vpc.MacAddress;
import io.vpccni.vpc.Slots;
import io.vpccni.vpc.SubnetId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EniPlanTest {

    private static Eni eni(int card, int device) {
        return new Eni(
                new EniId("eni-1"),
                new MacAddress("02:00:00:00:00:09"),
                card,
                device,
                new SubnetId("subnet-1"),
                Ipv4Cidr.parse("10.0.96.0/19"),
                Ipv4Address.parse("10.0.97.5"),
                Slots.EMPTY);
    }

    @ParameterizedTest(name = "card {0}, device {1}")
    @CsvSource({"0, 1, 2", "1, 1, 10101", "2, 3, 10203"})
    void allRoutesAndTheRuleAreOfTheInterfacesOwnTable(int card, int device, int table) {
        EniPlan plan = EniPlan.of(eni(card, device), 8500);
        assertThat(plan.routes())
                .map(StaticRoute::toString)
                .containsExactly("10.0.96.1/32 scope link table " + table, "default via 10.0.96.1 table " + table);
        assertThat(plan.rule()).hasToString("32765: from 10.0.97.5 lookup " + table);
        assertThat(plan.mtu()).isEqualTo(8500);
    }

    @Test
    void thePrimaryInterfaceIsNotOurs() {
        assertThatThrownBy(() -> EniPlan.of(eni(0, 0), 9001))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("table main is not ours");
    }
}
