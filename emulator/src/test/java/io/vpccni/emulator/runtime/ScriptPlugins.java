package io.vpccni.emulator.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/** A folder of plugins that note how they were called; what they answer is the test's. */
record ScriptPlugins(Path folder) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** One call as a plugin met it. */
    record Call(String plugin, String command, String environment, JsonNode input) {}

    /** @param body shell lines after the call is noted; {@code $input} is the standard input */
    void write(String type, String body) throws IOException {
        Path file = folder.resolve(type);
        String script = """
                #!/bin/sh
                input=$(cat)
                calls=%s
                number=$(ls "$calls" | wc -l)
                printf '%%s\\n%%s\\n%%s\\n%%s' %s "$CNI_COMMAND" \\
                  "$CNI_CONTAINERID $CNI_NETNS $CNI_IFNAME $CNI_ARGS $CNI_PATH" "$input" >"$calls/$number"
                %s
                """.formatted(calls(), type, body);
        Files.createDirectories(calls());
        Files.writeString(file, script);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** Answers ADD with a result of one address. */
    void writeGood(String type, String address) throws IOException {
        write(type, """
                [ "$CNI_COMMAND" != ADD ] || echo '{"cniVersion":"0.4.0","ips":[{"version":"4","address":"%s"}]}'
                """.formatted(address));
    }

    List<Call> made() throws IOException {
        var made = new ArrayList<Call>();
        for (int number = 0; Files.exists(calls().resolve("" + number)); number++) {
            var lines = Files.readString(calls().resolve("" + number)).split("\n", 4);
            made.add(new Call(lines[0], lines[1], lines[2], JSON.readTree(lines[3])));
        }
        return made;
    }

    List<String> commands() throws IOException {
        return made().stream().map(call -> call.command() + " " + call.plugin()).toList();
    }

    private Path calls() {
        return folder.resolve("calls");
    }
}
