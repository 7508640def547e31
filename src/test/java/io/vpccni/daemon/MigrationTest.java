package io.vpccni.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.checkpoint.Checkpoint;
import io.vpccni.checkpoint.CheckpointFile;
import io.vpccni.dataplane.LiveLinks;
import io.vpccni.netlink.Prefix;
import io.vpccni.pool.AddressState;
import io.vpccni.pool.Pool;
import io.vpccni.pool.PoolView;
import io.vpccni.pool.Targets;
import io.vpccni.testing.ReferenceRestore;
import io.vpccni.vpc.Eni;
import io.vpccni.vpc.EniId;
import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.IpCidr;
import io.vpccni.vpc.IpFamily;
import io.vpccni.vpc.Ipv4Address;
import io.vpccni.vpc.Ipv4Cidr;
import io.vpccni.vpc.MacAddress;
import io.vpccni.vpc.Slots;
import io.vpccni.vpc.SubnetId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * State files as the reference writes them, what this daemon makes of them, and what the reference would make of them after this
 * daemon has written them again. A scenario is a folder:
 *
 * <pre>
 * in-ipam.json, in-ipam-nic-1.json   the files of the network cards
 * in-interfaces.txt                  CARD DEVICE CIDR… of each interface
 * in-links.txt                       LINK ADDRESS… of each live link on the host, with the addresses routed to it
 * out-pool.txt                       each address that is not free; "! TEXT" is a part of a complaint
 * out-ipam.json, …                   the files written anew; without one, the same as before byte for byte
 * </pre>
 */
class MigrationTest {

    private static final Path SCENARIOS = Path.of("src/test/resources/migration");
    private static final Set<String> KNOWN = Set.of(
            "in-ipam.json",
            "in-ipam-nic-1.json",
            "in-interfaces.txt",
            "in-links.txt",
            "out-pool.txt",
            "out-ipam.json",
            "out-ipam-nic-1.json");

    private static final Instant NOW = Instant.parse("2026-09-01T00:00:00Z");
    private static final Duration COOL_DOWN = Duration.ofSeconds(30);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    private Path folder = Path.of("");

    static Stream<String> scenarios() throws IOException {
        try (Stream<Path> folders = Files.list(SCENARIOS)) {
            return folders.map(path -> path.getFileName().toString()).sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void podsOfTheReferenceAreTakenOver(String scenario) throws IOException {
        Run run = restart(scenario);

        assertThat(run.pool())
                .containsExactlyElementsOf(lines(scenario, "out-pool.txt").stream()
                        .filter(line -> !line.startsWith("! "))
                        .toList());
        List<String> complaints = lines(scenario, "out-pool.txt").stream()
                .filter(line -> line.startsWith("! "))
                .map(line -> line.substring(2))
                .toList();
        assertThat(run.complaints()).hasSameSizeAs(complaints);
        for (int i = 0; i < complaints.size(); i++) {
            assertThat(run.complaints().get(i)).contains(complaints.get(i));
        }
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void theFilesChangeOnlyWhereThePodsDid(String scenario) throws IOException {
        restart(scenario);

        for (String file : List.of("ipam.json", "ipam-nic-1.json")) {
            Path written = folder.resolve(file);
            assertThat(Files.exists(written)).as(file).isEqualTo(isExpected(scenario, file));
            if (Files.exists(written)) {
                assertThat(Files.readString(written)).isEqualTo(Files.readString(expected(scenario, file)));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void theReferenceKeepsEveryPodThatThisDaemonHasAnAddressFor(String scenario) throws IOException {
        Run run = restart(scenario);

        Set<String> kept = new TreeSet<>();
        for (int card = 0; card < 2; card++) {
            Path file = folder.resolve(card == 0 ? "ipam.json" : "ipam-nic-1.json");
            if (Files.exists(file)) {
                ReferenceRestore back = ReferenceRestore.read(
                        Files.readAllBytes(file), links(scenario).keySet(), cidrs(scenario, card));
                assertThat(back.dropped()).isEmpty();
                back.kept().forEach(entry -> kept.add(entry.address()));
            }
        }
        assertThat(kept)
                .containsExactlyInAnyOrderElementsOf(run.pool().stream()
                        .filter(line -> line.contains(" assigned ") && !line.contains(" nowhere "))
                        .map(line -> line.split(" ")[0])
                        .collect(Collectors.toSet()));
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void noFileOfAScenarioIsUnused(String scenario) throws IOException {
        try (Stream<Path> files = Files.list(SCENARIOS.resolve(scenario))) {
            assertThat(files.map(path -> path.getFileName().toString())).isSubsetOf(KNOWN);
        }
    }

    /** What became of the pool, one line for each address that is not free, and what was said. */
    private record Run(List<String> pool, List<String> complaints) {}

    private Run restart(String scenario) throws IOException {
        for (String file : List.of("ipam.json", "ipam-nic-1.json")) {
            Path before = SCENARIOS.resolve(scenario).resolve("in-" + file);
            if (Files.exists(before)) {
                Files.copy(before, folder.resolve(file));
            }
        }
        Pool pool = pool(scenario);
        List<String> complaints = new ArrayList<>();
        try (CheckpointFile file = new CheckpointFile(folder.resolve("ipam.json"), complaints::add)) {
            CheckpointFile.Found found = file.read();
            complaints.addAll(found.complaints());
            complaints.addAll(
                    Restoration.restore(pool, found.checkpoint(), new LiveLinks(links(scenario)), COOL_DOWN, NOW)
                            .complaints());
            file.write(Checkpoint.of(pool.assignments(), pool.coolingUntil()))
                    .await()
                    .atMost(PATIENCE);
        }
        return new Run(pool.view().enis().stream().flatMap(MigrationTest::lines).toList(), complaints);
    }

    private static Stream<String> lines(PoolView.EniView eni) {
        String place = eni.lost() ? " nowhere " : " on " + eni.eni().id() + " ";
        return eni.addresses().entrySet().stream()
                .filter(address -> !(address.getValue() instanceof AddressState.Free))
                .map(address -> address.getKey() + place + words(address.getValue()));
    }

    private static String words(AddressState state) {
        return switch (state) {
            case AddressState.Assigned owner ->
                "assigned to " + owner.sandbox() + " of " + owner.pod() + " since " + owner.since();
            case AddressState.Cooling rest -> "cooling until " + rest.until();
            case AddressState.Held held -> "held for " + held.link();
            case AddressState.Free _, AddressState.OnHold _, AddressState.Leaving _ -> state.toString();
        };
    }

    private static Pool pool(String scenario) throws IOException {
        Map<Integer, Integer> enis = new TreeMap<>();
        List<Eni> attached = new ArrayList<>();
        for (String line : lines(scenario, "in-interfaces.txt")) {
            String[] words = line.split(" ");
            int card = Integer.parseInt(words[0]);
            int device = Integer.parseInt(words[1]);
            Set<IpAddress> addresses = new HashSet<>();
            Set<IpCidr> prefixes = new HashSet<>();
            for (String cidr : Arrays.asList(words).subList(2, words.length)) {
                if (cidr.endsWith("/32")) {
                    addresses.add(IpAddress.parse(cidr.replace("/32", "")));
                } else {
                    prefixes.add(IpCidr.parse(cidr));
                }
            }
            enis.merge(card, 3, Integer::max);
            attached.add(new Eni(
                    new EniId("eni-" + card + "-" + device),
                    new MacAddress("02:00:00:00:0" + card + ":0" + device),
                    card,
                    device,
                    new SubnetId("subnet-1"),
                    Ipv4Cidr.parse("10.0.0.0/16"),
                    new Ipv4Address(0x0a00ff00 + 0x10 * card + device),
                    new Slots(addresses, prefixes)));
        }
        boolean ipv6 = attached.stream()
                .flatMap(eni -> eni.slots().networks())
                .anyMatch(cidr -> cidr.toString().contains(":"));
        Pool pool = new Pool(
                new Targets(
                        ipv6 ? IpFamily.IPV6 : IpFamily.IPV4,
                        1,
                        0,
                        0,
                        ipv6,
                        0,
                        new TreeMap<>(enis),
                        9,
                        110,
                        COOL_DOWN,
                        false),
                1);
        attached.forEach(eni -> pool.adopt(eni, NOW));
        return pool;
    }

    private static Set<Prefix> cidrs(String scenario, int card) throws IOException {
        return lines(scenario, "in-interfaces.txt").stream()
                .map(line -> line.split(" "))
                .filter(words -> Integer.parseInt(words[0]) == card)
                .flatMap(words -> Arrays.stream(words).skip(2))
                .map(Prefix::of)
                .collect(Collectors.toSet());
    }

    private static Map<String, Set<IpAddress>> links(String scenario) throws IOException {
        Map<String, Set<IpAddress>> links = new HashMap<>();
        for (String line : lines(scenario, "in-links.txt")) {
            String[] words = line.split(" ");
            links.put(
                    words[0], Arrays.stream(words).skip(1).map(IpAddress::parse).collect(Collectors.toSet()));
        }
        return links;
    }

    private static boolean isExpected(String scenario, String file) {
        return Files.exists(expected(scenario, file));
    }

    private static Path expected(String scenario, String file) {
        Path changed = SCENARIOS.resolve(scenario).resolve("out-" + file);
        return Files.exists(changed) ? changed : SCENARIOS.resolve(scenario).resolve("in-" + file);
    }

    private static List<String> lines(String scenario, String file) throws IOException {
        return Files.readAllLines(SCENARIOS.resolve(scenario).resolve(file));
    }
}
