package io.vpccni.netlink.testing;

import io.vpccni.netlink.Netlink;
import io.vpccni.netlink.ns.Netns;
import java.io.IOException;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Tries once to make a namespace and to talk netlink inside. */
final class NetworkNamespaceCondition implements ExecutionCondition {
    private static final ConditionEvaluationResult RESULT = evaluate();

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        return RESULT;
    }

    private static ConditionEvaluationResult evaluate() {
        try (var namespace = Netns.createUnnamed();
                var netlink = Netlink.in(namespace)) {
            return ConditionEvaluationResult.enabled("can make network namespaces: " + netlink.link("lo"));
        } catch (IOException | LinkageError | RuntimeException e) {
            return ConditionEvaluationResult.disabled("needs root on Linux to make network namespaces", e.toString());
        }
    }
}
