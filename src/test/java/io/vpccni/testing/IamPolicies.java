package io.vpccni.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vpccni.emulator.Emulator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The policies of {@code src/main/iam}. */
public final class IamPolicies {

    private static final Path FOLDER = Path.of("src/main/iam");
    private static final String EC2 = "ec2:";

    private IamPolicies() {}

    /** Has EC2 refuse what the policy does not allow. */
    public static Emulator enforce(String file, Emulator emulator) {
        emulator.run(core -> core.allowOnly(ec2Actions(file)));
        return emulator;
    }

    /** The statements of a policy. */
    public static JsonNode statements(String file) {
        try {
            return new ObjectMapper().readTree(FOLDER.resolve(file).toFile()).path("Statement");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The actions that a policy is about, such as {@code ec2:CreateTags}. */
    public static Set<String> actions(String file) {
        Set<String> actions = new TreeSet<>();
        statements(file).forEach(statement -> statement.path("Action").forEach(action -> actions.add(action.asText())));
        return actions;
    }

    private static Set<String> ec2Actions(String file) {
        return actions(file).stream()
                .filter(action -> action.startsWith(EC2))
                .map(action -> action.substring(EC2.length()))
                .collect(Collectors.toSet());
    }
}
