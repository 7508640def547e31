package io.vpccni.netlink.ns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vpccni.netlink.LinkFilter;
import io.vpccni.netlink.Netlink;
import io.vpccni.netlink.testing.RequiresNetworkNamespaces;
import io.vpccni.netlink.testing.TestNamespaces;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@RequiresNetworkNamespaces
class NetnsTest {
    @Test
    void aNewNamespaceHoldsLoOnly() throws IOException {
        try (var namespaces = new TestNamespaces();
                var netlink = Netlink.in(namespaces.create())) {
            assertThat(netlink.links(LinkFilter.ALL))
                    .singleElement()
                    .matches(l -> l.name().equals("lo") && !l.up());
        }
    }

    @Test
    void anUnnamedNamespaceIsAnother() throws IOException {
        try (var namespace = Netns.createUnnamed();
                var process = NetnsFd.ofProcess()) {
            assertThat(identity(namespace)).isNotEqualTo(identity(process));
            assertThat(identity(process)).isEqualTo(identityOfThisThread());
        }
    }

    @Test
    void aDeletedNamespaceLeavesNoFileAndNoMount(@TempDir Path directory) throws IOException {
        var path = directory.resolve("pod");
        Netns.create(path).close();
        assertThatThrownBy(() -> Netns.create(path)).isInstanceOf(FileAlreadyExistsException.class);
        NetnsFd.open(path).close();
        assertThat(Netns.delete(path)).isTrue();
        assertThat(path).doesNotExist();
        assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).doesNotContain(path.toString());
        assertThat(Netns.delete(path)).isFalse();
    }

    @Test
    void anEmptyFileInItsPlaceIsDeletedAndOtherFilesAreNot(@TempDir Path directory) throws IOException {
        var empty = Files.createFile(directory.resolve("empty"));
        var full = Files.writeString(directory.resolve("full"), "precious");
        assertThat(Netns.delete(empty)).isTrue();
        assertThatThrownBy(() -> Netns.delete(full)).hasMessageContaining("is a plain file");
        assertThatThrownBy(() -> Netns.delete(directory)).hasMessageContaining("is a directory");
        assertThat(full).exists();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "/tmp, is a directory",
        "/etc/passwd, is a plain file",
        "/dev/null, is a device or pipe",
        "/proc/self/ns/mnt, is a namespace of another kind (0x20000)",
        "/proc/self/ns/uts, is a namespace of another kind (0x4000000)",
    })
    void refusesWhatIsNoNetworkNamespace(String path, String what) {
        assertThatThrownBy(() -> NetnsFd.open(Path.of(path)))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(path + ": " + what)
                .hasMessageContaining("expected the file of a network namespace");
    }

    @Test
    void aMissingFileHasItsOwnException() {
        assertThatThrownBy(() -> NetnsFd.open(Path.of("/run/netns/vpccni-never")))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining("/run/netns/vpccni-never")
                .hasMessageContaining("expected the file of a network namespace");
    }

    @Test
    void aClosedDescriptorIsNotUsedAgain() throws IOException {
        var namespace = Netns.createUnnamed();
        namespace.close();
        namespace.close();
        assertThatThrownBy(() -> Netlink.in(namespace)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void sysctlsAreOfTheNamespace() throws IOException {
        try (var namespace = Netns.createUnnamed();
                var process = NetnsFd.ofProcess()) {
            var ours = Netns.sysctl(process, "net/ipv4/ip_forward");
            var opposite = ours.orElseThrow().equals("1") ? "0" : "1";
            assertThat(Netns.sysctl(namespace, "net/ipv4/ip_forward", opposite)).isTrue();
            assertThat(Netns.sysctl(namespace, "net/ipv4/ip_forward")).contains(opposite);
            assertThat(Netns.sysctl(process, "net/ipv4/ip_forward")).isEqualTo(ours);
            assertThat(Netns.sysctl(namespace, "net/ipv4/conf/none0/forwarding", "1"))
                    .isFalse();
            assertThat(Netns.sysctl(namespace, "net/ipv4/conf/none0/forwarding"))
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"kernel/hostname", "net/../kernel/hostname", "/net/ipv4/ip_forward", "net//ipv4/ip_forward/../x"
            })
    void otherFilesAreNoNetworkSysctls(String key) throws IOException {
        try (var process = NetnsFd.ofProcess()) {
            assertThatThrownBy(() -> Netns.sysctl(process, key)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void noThreadIsLeftInAnotherNamespace() throws IOException {
        try (var namespaces = new TestNamespaces()) {
            var some = List.of(namespaces.create(), namespaces.create(), namespaces.create());
            for (int i = 0; i < 1000; i++) {
                var namespace = some.get(i % some.size());
                try (var netlink = Netlink.in(namespace)) {
                    assertThat(netlink.link("lo")).isPresent();
                }
                if (i % 100 == 0) {
                    assertThat(Netns.sysctl(namespace, "net/ipv4/ip_forward")).isPresent();
                    assertThatThrownBy(() -> Netns.call(namespace, () -> {
                                throw new IOException("on purpose");
                            }))
                            .hasMessage("on purpose");
                }
            }
            assertThat(namespacesOfAllThreads()).containsExactly(identityOfThisThread());
        }
    }

    static String identity(NetnsFd namespace) throws IOException {
        return Netns.call(namespace, NetnsTest::identityOfThisThread);
    }

    static String identityOfThisThread() throws IOException {
        return Files.readSymbolicLink(Path.of("/proc/thread-self/ns/net")).toString();
    }

    static Set<String> namespacesOfAllThreads() throws IOException {
        try (var threads = Files.list(Path.of("/proc/self/task"))) {
            return threads.flatMap(t -> {
                        try {
                            return List.of(
                                    Files.readSymbolicLink(t.resolve("ns/net")).toString())
                                    .stream();
                        } catch (IOException e) {
                            // It has ended.
                            return List.<String>of().stream();
                        }
                    })
                    .collect(Collectors.toSet());
        }
    }
}
