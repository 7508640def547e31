package io.vpccni.dataplane;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Names of the host end of a pod's veth pair. Calico and the network policy agent compute the same ones. */
public final class PodLink {

    /** Hex digits of the hash in a name. */
    public static final int HASH_LENGTH = 11;

    private static final Pattern NAME = Pattern.compile("(.{1,4})[0-9a-f]{" + HASH_LENGTH + "}");

    private PodLink() {}

    /** {@code <prefix><hash>}, at most 15 characters for a prefix of at most 4. */
    public static String name(String prefix, String namespace, String pod) {
        return prefix + hash(namespace, pod);
    }

    /** What a name has behind its prefix, which may have been configured differently in an earlier life. */
    public static String hash(String name) {
        return name.substring(Math.max(0, name.length() - HASH_LENGTH));
    }

    /** What a name has before its hash; empty for a name that is not made like this. */
    static Optional<String> prefix(String name) {
        Matcher matcher = NAME.matcher(name);
        return matcher.matches() ? Optional.of(matcher.group(1)) : Optional.empty();
    }

    /** The first 11 hex digits of SHA-1 of {@code <namespace>.<pod>}. */
    public static String hash(String namespace, String pod) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-1").digest((namespace + "." + pod).getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest).substring(0, HASH_LENGTH);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-1", e);
        }
    }
}
