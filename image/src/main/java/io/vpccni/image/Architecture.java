package io.vpccni.image;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** A machine's architecture, by the name that image registries have for it. Every image is for Linux. */
public enum Architecture {
    AMD64("amd64"),
    ARM64("aarch64");

    private final String ofJava;

    Architecture(String ofJava) {
        this.ofJava = ofJava;
    }

    /** That of the JVM that runs this. */
    static Architecture ofThisMachine() {
        String name = System.getProperty("os.arch");
        return Arrays.stream(values())
                .filter(one -> one.ofJava.equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no images for machines of the kind " + name));
    }

    static Architecture of(String name) throws ImageException {
        return Arrays.stream(values())
                .filter(one -> one.toString().equals(name))
                .findFirst()
                .orElseThrow(() -> new ImageException(
                        "'" + name + "' is no architecture of nodes, expected one of " + List.of(values())));
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
