package io.vpccni.emulator.runtime;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** How a call of the whole chain ended. */
public sealed interface Outcome {
    /** The result of the last plugin; null for DEL and CHECK, which have none. */
    record Done(@Nullable ObjectNode result) implements Outcome {}

    /** No plugin was called. */
    record Skipped(String reason) implements Outcome {}

    /**
     * A plugin failed, and the chain ended with it.
     *
     * @param plugin its type
     * @param code of its error object; 0 where it gave none, or did not run at all
     * @param details empty where there are none
     */
    record Failed(String plugin, String command, int code, String message, String details) implements Outcome {
        /** For people. */
        public String text() {
            return plugin + " failed at " + command
                    + (code == 0 ? "" : ", code " + code + " (" + meaning(code) + ")")
                    + ": " + message
                    + (details.isEmpty() ? "" : "\n  " + details.strip().replace("\n", "\n  "));
        }

        // The codes of the CNI specification.
        private static String meaning(int code) {
            return switch (code) {
                case 1 -> "incompatible CNI version";
                case 2 -> "unsupported field in the configuration";
                case 3 -> "unknown container";
                case 4 -> "invalid environment";
                case 5 -> "input/output failure";
                case 6 -> "content cannot be decoded";
                case 7 -> "invalid configuration";
                case 11 -> "try again later";
                case 50 -> "plugin is not available";
                case 51 -> "plugin is not available, containers may be limited";
                default -> code < 100 ? "reserved" : "the plugin's own";
            };
        }
    }
}
