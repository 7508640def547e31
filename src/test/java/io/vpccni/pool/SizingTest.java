package io.vpccni.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.vpc.InstanceLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The figures of {@code docs/sizing.md} are those of the planner. */
class SizingTest {

    private static final Path PAGE = Path.of("docs/sizing.md");

    /** Create, attach, and the mark that it ends with its instance. */
    private static final int CALLS_OF_A_CREATION = 3;

    /** In the head of a column: with ENABLE_PREFIX_DELEGATION. */
    private static final String PREFIXES = "prefixes, ";

    private static final String TYPES = "| type | interfaces |";
    private static final String TAKEN = "| type | pods | ";
    private static final String TAKEN_BY_HUNDRED = "| 100 nodes of | pods each | ";
    private static final String AT_ONCE = "| type | pods at once | ";
    private static final String ONE_BY_ONE = "| type | pods one by one | ";

    private final List<String> lines = Files.readAllLines(PAGE);

    SizingTest() throws IOException {}

    @Test
    void podsThatFitAreThoseOfTheFormula() {
        assertThat(rows(TYPES)).isNotEmpty().allSatisfy(row -> {
            InstanceLimits limits = limits(row);
            assertThat(row.subList(3, 6))
                    .as(row.getFirst())
                    .containsExactly(
                            Integer.toString(limits.slotsPerEni()),
                            Integer.toString(limits.maxPods()),
                            Integer.toString(limits.maxPodsWithPrefixes()));
        });
    }

    @Test
    void addressesAreThoseThatANodeAtRestHas() {
        assertTable(TAKEN, (targets, pods) -> taken(oneByOne(targets, pods).fixture));
    }

    @Test
    void addressesOfAHundredNodesAreAHundredTimesThoseOfOne() {
        assertTable(TAKEN_BY_HUNDRED, (targets, pods) -> 100 * taken(oneByOne(targets, pods).fixture));
    }

    @Test
    void callsOfABurstAreThoseThatThePlannerAsksFor() {
        assertTable(AT_ONCE, (targets, pods) -> {
            Counted counted = new Counted(targets);
            counted.fixture.add(IntStream.rangeClosed(1, pods).toArray());
            counted.settle();
            return counted.served(pods);
        });
    }

    @Test
    void callsOfPodsThatComeOneByOneAreThoseThatThePlannerAsksFor() {
        assertTable(ONE_BY_ONE, (targets, pods) -> oneByOne(targets, pods).served(pods));
    }

    private void assertTable(String head, BiFunction<Targets, Integer, Integer> figure) {
        List<String> settings = cells(lines.get(headOf(head)));
        Map<String, InstanceLimits> types = new HashMap<>();
        rows(TYPES).forEach(row -> types.put(row.getFirst(), limits(row)));
        assertThat(rows(head)).isNotEmpty().allSatisfy(row -> {
            InstanceLimits limits = Objects.requireNonNull(types.get(row.getFirst()));
            int pods = Integer.parseInt(row.get(1));
            assertThat(row.subList(2, row.size()))
                    .as("%s with %d pods", row.getFirst(), pods)
                    .isEqualTo(settings.stream()
                            .skip(2)
                            .map(words -> String.format(Locale.ROOT, "%,d", figure.apply(targets(words, limits), pods)))
                            .toList());
        });
    }

    /** A node that has just started, and what it has asked of EC2 since. */
    private static final class Counted {
        final PoolFixture fixture;
        int calls;

        Counted(Targets targets) {
            fixture = new PoolFixture(targets).withPrimary(0).settle();
        }

        void settle() {
            for (List<Action> actions = fixture.plan(); !actions.isEmpty(); actions = fixture.plan()) {
                actions.forEach(action -> {
                    calls += switch (action) {
                        case Action.CreateEni _ -> CALLS_OF_A_CREATION;
                        case Action.WireEni _ -> 0;
                        default -> 1;
                    };
                    fixture.carryOut(action);
                });
            }
        }

        int served(int pods) {
            assertThat(fixture.granted()).hasSize(pods);
            return calls;
        }
    }

    private static Counted oneByOne(Targets targets, int pods) {
        Counted counted = new Counted(targets);
        for (int pod = 1; pod <= pods; pod++) {
            counted.fixture.add(pod);
            counted.settle();
        }
        return counted;
    }

    /** What the subnet lacks: pod addresses, and one of each interface's own. */
    private static int taken(PoolFixture fixture) {
        return fixture.sizes().stream().mapToInt(size -> size + 1).sum();
    }

    private static Targets targets(String words, InstanceLimits limits) {
        boolean prefixes = words.contains(PREFIXES);
        Map<String, Integer> settings = new HashMap<>();
        for (String word : words.replace(PREFIXES, "").replace("`", "").split(", ")) {
            String[] pair = word.split("=");
            settings.put(pair[0], Integer.parseInt(pair[1]));
        }
        return new Targets(
                settings.getOrDefault("WARM_ENI_TARGET", 1),
                settings.getOrDefault("WARM_IP_TARGET", 0),
                settings.getOrDefault("MINIMUM_IP_TARGET", 0),
                prefixes,
                settings.getOrDefault("WARM_PREFIX_TARGET", 0),
                limits.enis(),
                limits.slotsPerEni(),
                prefixes ? limits.maxPodsWithPrefixes() : limits.maxPods(),
                PoolFixture.COOL_DOWN);
    }

    private static InstanceLimits limits(List<String> row) {
        return new InstanceLimits(Integer.parseInt(row.get(1)), Integer.parseInt(row.get(2)), true);
    }

    private List<List<String>> rows(String head) {
        return lines.stream()
                .skip(headOf(head) + 2L)
                .takeWhile(line -> line.startsWith("|"))
                .map(SizingTest::cells)
                .toList();
    }

    private int headOf(String head) {
        return IntStream.range(0, lines.size())
                .filter(line -> lines.get(line).startsWith(head))
                .findFirst()
                .orElseThrow();
    }

    private static List<String> cells(String line) {
        return Stream.of(line.split("\\|")).skip(1).map(String::strip).toList();
    }
}
