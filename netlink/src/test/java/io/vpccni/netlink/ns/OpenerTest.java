package io.vpccni.netlink.ns;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vpccni.netlink.testing.RequiresNetworkNamespaces;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import org.junit.jupiter.api.Test;

@RequiresNetworkNamespaces
class OpenerTest {
    private static final int CAPABILITY_VERSION_3 = 0x20080522;

    private final Opener opener = new Opener();

    @Test
    void oneThreadServesAllActions() throws IOException {
        try (var namespace = Netns.createUnnamed()) {
            var first = opener.inside(namespace, Thread::currentThread);
            assertThat(opener.inside(namespace, Thread::currentThread)).isSameAs(first);
            assertThat(first).isNotSameAs(Thread.currentThread());
            assertThat(first.isDaemon()).isTrue();
        }
    }

    @Test
    void aThreadThatCannotGetBackEndsAndAnotherIsStarted() throws Exception {
        try (var namespace = Netns.createUnnamed()) {
            var lost = opener.inside(namespace, () -> {
                dropCapabilitiesOfThisThread();
                return Thread.currentThread();
            });
            lost.join(10_000);
            assertThat(lost.isAlive()).isFalse();
            var next = opener.inside(namespace, Thread::currentThread);
            assertThat(next).isNotSameAs(lost);
            assertThat(next.isAlive()).isTrue();
            assertThat(NetnsTest.namespacesOfAllThreads()).containsExactly(NetnsTest.identityOfThisThread());
        }
    }

    @Test
    void actionsDoNotNest() throws IOException {
        try (var namespace = Netns.createUnnamed()) {
            assertThatThrownBy(() -> opener.inside(namespace, () -> opener.inside(namespace, () -> 1)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("do not nest");
            assertThat(opener.inside(namespace, () -> 2)).isEqualTo(2);
        }
    }

    @Test
    void anInterruptIsKeptForLater() throws IOException {
        try (var namespace = Netns.createUnnamed()) {
            Thread.currentThread().interrupt();
            assertThat(opener.inside(namespace, () -> 3)).isEqualTo(3);
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    /** capset is one of the few calls glibc does not spread to all threads. */
    private static void dropCapabilitiesOfThisThread() {
        var linker = Linker.nativeLinker();
        var capset = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("capset"), FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS));
        try (var arena = Arena.ofConfined()) {
            var header = arena.allocateFrom(JAVA_INT, CAPABILITY_VERSION_3, 0);
            assertThat((int) capset.invokeExact(header, arena.allocate(24, 4))).isZero();
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }
}
