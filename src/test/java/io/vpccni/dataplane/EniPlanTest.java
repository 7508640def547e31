package io.vpccni.dataplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vpccni.vpc.Eni;
import io.vpccni.vpc.EniId;
import io.vpccni.vpc.IpFamily;
import io.vpccni.vpc.Ipv4Address;
import io.vpccni.vpc.Ipv4Cidr;
import io.vpccni.vpc.Ipv6Address;
import io.vpccni.vpc.MacAddress;
import io.vpccni.vpc.Slots;
import io.vpccni.vpc.SubnetId;
import java.util.Optional;
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
        EniPlan plan = EniPlan.of(eni(card, device), 8500, IpFamily.IPV4);
        assertThat(plan.routes())
                .map(StaticRoute::toString)
                .containsExactly("10.0.96.1/32 scope link table " + table, "default via 10.0.96.1 table " + table);
        EniPlan.Own own = plan.own().orElseThrow();
        assertThat(own.rule()).hasToString("32765: from 10.0.97.5 lookup " + table);
        assertThat(own.subnet()).hasToString("10.0.96.0/19");
        assertThat(plan.mtu()).isEqualTo(8500);
    }

    @Test
    void inIpv6ItLeadsToTheRouterOfEverySubnetAndNeedsNoAddress() {
        EniPlan plan = EniPlan.of(eni(1, 1), 9001, IpFamily.IPV6);
        assertThat(plan.routes())
                .map(StaticRoute::toString)
                .containsExactly("fe80:ec2::1/128 scope link table 10101", "default via fe80:ec2::1 table 10101");
        assertThat(plan.own()).isEmpty();
    }

    @Test
    void itsIpv6AddressHasARuleAndNoSubnet() {
        Eni without = eni(1, 1);
        Eni with = new Eni(
                without.id(),
                without.mac(),
                without.card(),
                without.deviceIndex(),
                without.subnet(),
                without.subnetCidr(),
                without.primaryAddress(),
                Optional.of(Ipv6Address.parse("2001:db8::5")),
                Slots.EMPTY,
                false,
                false);
        EniPlan.Own own = EniPlan.of(with, 9001, IpFamily.IPV6).own().orElseThrow();
        assertThat(own.rule()).hasToString("32765: from 2001:db8::5 lookup 10101");
        assertThat(own.subnet()).hasToString("2001:db8::5/128");
    }

    @Test
    void thePrimaryInterfaceIsNotOurs() {
        assertThatThrownBy(() -> EniPlan.of(eni(0, 0), 9001, IpFamily.IPV4))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("table main is not ours");
    }
}
