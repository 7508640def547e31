package io.vpccni.dataplane;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The text of {@code iptables-save}, taken apart: table → chain → rules, in order. A rule is what follows {@code -A CHAIN},
 * as iptables prints it.
 */
public record SavedTables(Map<String, Map<String, List<String>>> tables) {

    /** A host without any rule. */
    public static final SavedTables EMPTY = new SavedTables(Map.of());

    /** Reads the text; comments, counters and whatever else iptables may say in between are passed over. */
    public static SavedTables parse(String text) {
        Map<String, Map<String, List<String>>> tables = new LinkedHashMap<>();
        Map<String, List<String>> table = new LinkedHashMap<>();
        for (String line : text.lines().toList()) {
            if (line.startsWith("*")) {
                table = tables.computeIfAbsent(line.substring(1), _ -> new LinkedHashMap<>());
            } else if (line.startsWith(":")) {
                table.put(line.substring(1, line.indexOf(' ')), new ArrayList<>());
            } else if (line.startsWith("-A ")) {
                String[] parts = line.split(" ", 3);
                table.computeIfAbsent(parts[1], _ -> new ArrayList<>()).add(parts[2]);
            }
        }
        return new SavedTables(tables);
    }

    /** The names of a table's chains. */
    public Set<String> namesOfChains(String table) {
        return chains(table).keySet();
    }

    /** The chains of a table; none when the table is not in use. */
    Map<String, List<String>> chains(String table) {
        return tables.getOrDefault(table, Map.of());
    }

    List<String> rules(String table, String chain) {
        return chains(table).getOrDefault(chain, List.of());
    }
}
