package io.vpccni.ec2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BranchTableTest {

    private static final BranchTable TABLE = BranchTable.shipped();

    @ParameterizedTest
    @CsvSource({
        "m5.large,9",
        "c7g.medium,4",
        "m5.metal,120",
        "m5.24xlarge,107",
        "c8gb.8xlarge,52",
        "i3.large,0",
        "i3.metal,120",
        "c7a.metal-48xl,107",
        "m8azn.metal-12xl,106",
        "u-3tb1.56xlarge,6",
        "t3.large,0",
        "t4g.2xlarge,0",
        "c5.9xlarge,54",
        "p6-b200.48xlarge,120",
        "mac2-m2pro.metal,6"
    })
    void knowsWhatTheReferenceShips(String type, int limit) {
        assertThat(TABLE.known(type)).hasValue(limit);
    }

    @Test
    void asManyTypesAsTheReferenceHasWithTrunks() {
        assertThat(TABLE.types().values().stream().filter(limit -> limit > 0)).hasSize(1_060);
    }

    @ParameterizedTest
    @CsvSource({
        "z9.medium,2,4",
        "z9.large,3,9",
        "z9.xlarge,4,18",
        "z9.2xlarge,4,38",
        "z9.3xlarge,4,38",
        "z9.8xlarge,8,54",
        "z9.16xlarge,15,107",
        "z9.metal-24xl,15,107",
        "z9.48xlarge,2,120",
        "z9.nano,2,0",
        "nonsense,2,0"
    })
    void aYoungTypeIsGuessed(String type, int slots, int limit) {
        assertThat(TABLE.known(type)).isEqualTo(OptionalInt.empty());
        assertThat(TABLE.limitOf(type, slots, Map.of())).isEqualTo(limit);
    }

    @Test
    void peoplesNumbersCountMore() {
        assertThat(TABLE.limitOf("m5.large", 3, Map.of("m5.large", 5))).isEqualTo(5);
        assertThat(TABLE.limitOf("z9.large", 3, Map.of("z9.large", 0))).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {"m5;families", "m5: large;not a number", "m5: large 9, large 9;twice"})
    void aLineThatIsNotUnderstoodIsNamed(String line, String why) {
        assertThatThrownBy(() -> BranchTable.parse(line))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(why);
    }
}
