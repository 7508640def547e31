package io.vpccni;

import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.pool.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The pages for those who run clusters name what there is. */
class PagesTest {

    private static final Pattern VARIABLE = Pattern.compile("`([A-Z][A-Z0-9]*_[A-Za-z0-9_]+)(=[^`]*)?`");
    private static final Pattern TEST = Pattern.compile("`(\\w+[a-z](?:Test|IT))(?:\\.(\\w+))?[`,]");

    /** Read by AWS's SDK and in the manifest of nobody. */
    private static final Set<String> OF_THE_SDK = Set.of("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY");

    @ParameterizedTest
    @ValueSource(strings = {"iam", "install", "migration", "sizing"})
    void everyVariableIsASetting(String page) throws IOException {
        Set<String> known = new TreeSet<>(names(VARIABLE, text("settings")));
        Arrays.stream(Reason.values()).map(Reason::name).forEach(known::add);
        known.addAll(OF_THE_SDK);

        assertThat(names(VARIABLE, text(page))).isNotEmpty().isSubsetOf(known);
    }

    private static Set<String> names(Pattern pattern, String text) {
        return pattern.matcher(text)
                .results()
                .map(name -> name.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @ParameterizedTest
    @ValueSource(strings = {"iam", "install", "migration", "sizing"})
    void everyTestThatAPageRestsOnExists(String page) throws IOException {
        List<Path> sources;
        try (Stream<Path> files =
                Stream.concat(Files.walk(Path.of("src/test/java")), Files.walk(Path.of("cni-client/src/test/java")))) {
            sources = files.filter(Files::isRegularFile).toList();
        }
        List<MatchResult> tests = TEST.matcher(text(page)).results().toList();

        assertThat(tests).isNotEmpty().allSatisfy(test -> {
            List<Path> found = sources.stream()
                    .filter(file -> file.endsWith(test.group(1) + ".java"))
                    .toList();
            assertThat(found).as(test.group()).hasSize(1);
            if (test.group(2) != null) {
                assertThat(Files.readString(found.getFirst())).contains("void " + test.group(2) + "(");
            }
        });
    }

    private static String text(String page) throws IOException {
        return Files.readString(Path.of("docs", page + ".md"));
    }
}
