package io.vpccni.conflist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConflistFileTest {

    @TempDir
    private Path folder = Path.of("");

    @Test
    void theFileIsForEverybodyToReadAndAloneInItsFolder() throws IOException {
        ConflistFile file = new ConflistFile(folder);

        assertThat(file.publish("{}")).isTrue();

        assertThat(folder).isDirectoryContaining(path -> path.equals(file.path()));
        assertThat(folder.toFile().list()).containsExactly("10-aws.conflist");
        assertThat(file.path()).hasContent("{}");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.path())))
                .isEqualTo("rw-r--r--");
    }

    @Test
    void whatIsRightIsLeftAloneAndWhatDiffersIsReplaced() throws IOException {
        ConflistFile file = new ConflistFile(folder);
        file.publish("{}");
        Files.setLastModifiedTime(file.path(), FileTime.fromMillis(0));

        assertThat(file.publish("{}")).isFalse();
        assertThat(Files.getLastModifiedTime(file.path())).isEqualTo(FileTime.fromMillis(0));

        assertThat(file.publish("{\"a\":1}")).isTrue();
        assertThat(file.path()).hasContent("{\"a\":1}");

        Files.setPosixFilePermissions(file.path(), PosixFilePermissions.fromString("rw-------"));
        assertThat(file.publish("{\"a\":1}")).as("another mode").isTrue();
    }

    @Test
    void withdrawingTwiceIsWithdrawing() throws IOException {
        ConflistFile file = new ConflistFile(folder);
        file.publish("{}");

        assertThat(file.withdraw()).isTrue();
        assertThat(file.exists()).isFalse();
        assertThat(file.withdraw()).isFalse();
    }

    @Test
    void aFolderThatNobodyMadeIsNoFolder() {
        assertThat(new ConflistFile(folder.resolve("none")).hasFolder()).isFalse();
    }
}
