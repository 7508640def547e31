package io.vpccni.daemon;

import static io.vpccni.daemon.NodeFixture.done;
import static io.vpccni.daemon.NodeFixture.request;
import static io.vpccni.daemon.NodeFixture.sandbox;
import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.mutiny.Uni;
import io.vpccni.pool.PodName;
import io.vpccni.testing.Eventually;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Logger;
import org.jboss.logmanager.ExtHandler;
import org.jboss.logmanager.ExtLogRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every line about one ADD or DEL has the same requestId, and no other line has it. */
class RequestLogTest {

    private record Line(String text, String request) {}

    private final List<Line> lines = new CopyOnWriteArrayList<>();
    private final ExtHandler handler = new ExtHandler() {
        @Override
        protected void doPublish(ExtLogRecord record) {
            record.copyMdc();
            lines.add(new Line(record.getFormattedMessage(), String.valueOf(record.getMdc("requestId"))));
        }
    };

    @TempDir
    private Path folder;

    private NodeFixture nodes;

    @BeforeEach
    void open() {
        Logger.getLogger("io.vpccni.daemon").addHandler(handler);
        nodes = new NodeFixture(folder);
    }

    @AfterEach
    void close() {
        nodes.close();
        Logger.getLogger("io.vpccni.daemon").removeHandler(handler);
    }

    @Test
    void anAddAndItsDelHaveOneLineEachWithARequestOfItsOwn() throws Exception {
        Node node = nodes.start(Map.of());

        done(node.add(request(1, NodeFixture.LONG)));
        done(node.del(new DelRequest(sandbox(1), Optional.of(links()), List.of())));
        done(node.del(new DelRequest(sandbox(1), Optional.of(links()), List.of())));

        List<Line> about = Eventually.get("its lines", () -> about("aws-cni/c1/eth0"), found -> found.size() == 3);
        assertThat(about.get(0).text()).contains("shop/cart-1", " has 10.0.");
        assertThat(about.get(1).text()).contains("the DEL of", "shop/cart-1", "gave 10.0.");
        assertThat(about.get(2).text()).contains("the DEL of", "found no address");
        assertThat(about).extracting(Line::request).doesNotHaveDuplicates().doesNotContain("null");
        assertThat(lines)
                .filteredOn(line -> !about.contains(line))
                .allMatch(line -> line.request().equals("null"));
    }

    private static LinkNames links() {
        return new LinkNames("eni", sandbox(1), new PodName("shop", "cart-1"));
    }

    @Test
    void whatAFailedAddSaysHasTheRequestOfItsExplanation() throws Exception {
        Node node = nodes.node(Map.of());
        node.enforceWith(new PodPolicy() {
            @Override
            public Uni<Void> enforce(PodName pod, int interfaces) {
                return Uni.createFrom().failure(new IllegalStateException("nobody there"));
            }

            @Override
            public Uni<Void> forget(PodName pod) {
                return Uni.createFrom().voidItem();
            }
        });
        node.start();
        done(node.ready());
        AddRequest add = new AddRequest(
                sandbox(1),
                new PodName("shop", "cart-1"),
                Duration.ofSeconds(30),
                Optional.of(new AddRequest.Connection(Path.of("/var/run/netns/c1"), links(), 9001)));

        String refusal = done(node.add(add)
                .map(has -> "it was served " + has)
                .onFailure(Refusal.class)
                .recoverWithItem(Throwable::getMessage));

        assertThat(refusal).isEqualTo("NETWORK_POLICY_FAILED: nobody there");
        String request = Eventually.get("its end", () -> node.journal().ofContainer("c1"), found -> !found.isEmpty())
                .getFirst()
                .request()
                .toString();
        List<Line> about = Eventually.get("its lines", () -> about("aws-cni/c1/eth0"), found -> found.size() == 2);
        assertThat(about).extracting(Line::request).containsOnly(request);
    }

    private List<Line> about(String sandbox) {
        return lines.stream().filter(line -> line.text().contains(sandbox)).toList();
    }
}
