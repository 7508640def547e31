package io.vpccni.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MachineTest {

    private static final Architecture HERE = Architecture.ofThisMachine();
    private static final Architecture ELSEWHERE = HERE == Architecture.AMD64 ? Architecture.ARM64 : Architecture.AMD64;

    @TempDir
    private Path folder = Path.of("");

    @Test
    void thisMachineNeedsNoOtherJdk() throws Exception {
        Machine machine = Machine.of(HERE.toString(), Optional.empty(), Optional.empty());

        assertThat(machine).isEqualTo(Machine.ofTheBuild(Optional.empty()));
        assertThat(machine.modules()).isEmpty();
    }

    @Test
    void theRuntimeOfOtherMachinesIsLinkedFromTheirJdk() throws Exception {
        Machine machine = Machine.of(ELSEWHERE.toString(), Optional.of(folder), Optional.empty());

        assertThat(machine.modules()).contains(folder.resolve("jmods"));
        assertThatThrownBy(() -> JavaRuntime.link(machine.modules(), folder.resolve("java")))
                .isInstanceOf(ImageException.class)
                .hasMessage(folder + "/jmods has no java.base.jmod: the JDK's jmods belong there");
    }

    @Test
    void whatIsMissingIsSaid() {
        assertThatThrownBy(() -> Machine.of("riscv64", Optional.empty(), Optional.empty()))
                .hasMessage("'riscv64' is no architecture of nodes, expected one of [amd64, arm64]");
        assertThatThrownBy(() -> Machine.of(ELSEWHERE.toString(), Optional.empty(), Optional.empty()))
                .hasMessage("an image for " + ELSEWHERE + " needs a JDK for " + ELSEWHERE
                        + ", of the build's version and with its jmods: vpccni.image.machines." + ELSEWHERE + ".jdk");
        assertThatThrownBy(() -> Machine.of(HERE.toString(), Optional.empty(), Optional.of(folder.resolve("none"))))
                .hasMessage("vpccni.image.machines." + HERE + " names " + folder + "/none, which is no folder");
    }
}
