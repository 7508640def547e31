package io.vpccni.image;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Properties;

/** The image's list of what it is made of (CycloneDX): the application's libraries, and what the build knows nothing of. */
final class BillOfMaterials {

    private static final ObjectMapper JSON = new ObjectMapper();

    private BillOfMaterials() {}

    /**
     * Completes the application's with the Java runtime and programs of others.
     *
     * @param ofApplication as CycloneDX' plugin for Maven writes it
     * @param runtime the folder of the Java runtime
     */
    static void write(Path ofApplication, Path runtime, List<Path> programs, Path target) throws IOException {
        ObjectNode bill = (ObjectNode) JSON.readTree(ofApplication.toFile());
        ArrayNode components = bill.withArray("components");
        Properties release = new Properties();
        try (InputStream text = Files.newInputStream(runtime.resolve("release"))) {
            release.load(text);
        }
        components
                .addObject()
                .put("type", "platform")
                .put("name", "OpenJDK")
                .put("version", release.getProperty("JAVA_VERSION", "").replace("\"", ""));
        for (Path program : programs) {
            ObjectNode file = components
                    .addObject()
                    .put("type", "file")
                    .put("name", program.getFileName().toString());
            file.putArray("hashes").addObject().put("alg", "SHA-256").put("content", digest(program));
        }
        JSON.writerWithDefaultPrettyPrinter().writeValue(target.toFile(), bill);
    }

    private static String digest(Path file) throws IOException {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
