package io.vpccni.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.vpc.IpFamily;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NodeLocalBlockTest {

    private static final String INSERTED = "*filter\n-I FORWARD 1 %s\nCOMMIT\n";
    private static final String DELETED = "*filter\n-D FORWARD %s\nCOMMIT\n";

    @ParameterizedTest(name = "wanted {0}, chain {1}, rule is there {2}")
    @CsvSource({
        "true,  '',                           false, INSERT",
        "true,  '',                           true,  ''",
        "true,  CNI-E6-e335b08ae90730d0a659a, true,  ''",
        "false, CNI-E6-e335b08ae90730d0a659a, true,  ''",
        "false, CNI-E6-e335b08ae90730d0a659a, false, INSERT",
        "false, CNI-E4-5740307710ebfd5fb24f5, true,  DELETE",
        "false, KUBE-SERVICES,                true,  DELETE",
        "false, '',                           true,  DELETE",
        "false, '',                           false, ''"
    })
    void theRuleStaysWhilePodsMayHaveSuchAddresses(boolean wanted, String chain, boolean there, String change) {
        NodeLocalBlock block = new NodeLocalBlock(IpFamily.IPV6, wanted);
        String saved = "*filter\n:FORWARD ACCEPT [0:0]\n-A FORWARD -j KUBE-FORWARD\n"
                + (there ? "-A FORWARD " + block.rule() + "\n" : "")
                + "COMMIT\n*nat\n:POSTROUTING ACCEPT [0:0]\n"
                + (chain.isEmpty() ? "" : ":" + chain + " - [0:0]\n")
                + "COMMIT\n";
        String input =
                switch (change) {
                    case "INSERT" -> INSERTED.formatted(block.rule());
                    case "DELETE" -> DELETED.formatted(block.rule());
                    default -> "";
                };
        assertThat(block.restoreInput(SavedTables.parse(saved))).isEqualTo(input);
    }
}
