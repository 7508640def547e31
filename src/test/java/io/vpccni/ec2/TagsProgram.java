package io.vpccni.ec2;

import io.vpccni.config.Environment;
import io.vpccni.config.NodeSettingsReader;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Asks IMDS for the node and EC2 for its tags, with the settings of its environment, and prints what came of it. */
final class TagsProgram {

    private TagsProgram() {}

    public static void main(String[] arguments) {
        try (AwsClients aws = new AwsClients(
                new NodeSettingsReader(new Environment(System.getenv()), _ -> Map.of())
                        .read()
                        .cloud(),
                new Random(1))) {
            System.out.println(aws.imds()
                    .identity()
                    .chain(node ->
                            aws.tags(node.region(), InstantSource.system()).find(node.instanceId(), List.of("Name")))
                    // A server may close an idle connection at any time; the daemon asks again then, and so does this.
                    .onFailure(failure -> String.valueOf(failure.getMessage()).contains("connection was closed"))
                    .retry()
                    .atMost(2)
                    .map(tags -> "tags " + tags)
                    .onFailure()
                    .recoverWithItem(failure -> "failed: " + failure)
                    .await()
                    .atMost(Duration.ofMinutes(1)));
        } catch (IllegalArgumentException e) {
            System.out.println("refused: " + e.getMessage());
        }
    }
}
