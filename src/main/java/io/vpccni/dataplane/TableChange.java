package io.vpccni.dataplane;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The lines that turn one table of iptables into what is wanted. Rules of others are never touched. */
final class TableChange {

    /** Our comments, also one that old versions misspelt. */
    private static final Pattern OURS = Pattern.compile(
            "--comment \"(AWS SNAT CHAIN|AWS SNAT CHAN|AWS, outbound connections|AWS, CONNMARK|AWS, primary ENI)\"");

    private final String table;
    private final SavedTables saved;
    private final List<String> declarations = new ArrayList<>();
    private final List<String> rules = new ArrayList<>();
    private final List<String> removals = new ArrayList<>();

    TableChange(String table, SavedTables saved) {
        this.table = table;
        this.saved = saved;
    }

    /** A chain that is all ours holds exactly these rules, or is not there. */
    void chain(String chain, Optional<List<String>> wanted) {
        wanted.ifPresentOrElse(rules -> chain(chain, rules), () -> remove(List.of(chain)));
    }

    /** It is written anew when anything differs. */
    private void chain(String chain, List<String> wanted) {
        if (saved.chains(table).containsKey(chain) && saved.rules(table, chain).equals(wanted)) {
            return;
        }
        declarations.add(":" + chain + " - [0:0]");
        wanted.forEach(rule -> rules.add("-A " + chain + " " + rule));
    }

    /** Chains that are all ours go. */
    void remove(List<String> chains) {
        for (String chain : chains) {
            if (saved.chains(table).containsKey(chain)) {
                declarations.add(":" + chain + " - [0:0]");
                removals.add("-X " + chain);
            }
        }
    }

    /**
     * A chain that we share holds these rules of ours, in this order, each once. They move behind those of others when they
     * have to be written.
     */
    void hook(String chain, List<String> wanted) {
        List<String> found = saved.rules(table, chain).stream()
                .filter(rule -> OURS.matcher(rule).find())
                .toList();
        if (found.equals(wanted)) {
            return;
        }
        found.forEach(rule -> rules.add("-D " + chain + " " + rule));
        wanted.forEach(rule -> rules.add("-A " + chain + " " + rule));
    }

    /** A whole {@code *table … COMMIT} section, or nothing. */
    String text() {
        if (declarations.isEmpty() && rules.isEmpty() && removals.isEmpty()) {
            return "";
        }
        List<String> lines = new ArrayList<>();
        lines.add("*" + table);
        lines.addAll(declarations);
        lines.addAll(rules);
        lines.addAll(removals);
        lines.add("COMMIT");
        return String.join("\n", lines) + "\n";
    }
}
