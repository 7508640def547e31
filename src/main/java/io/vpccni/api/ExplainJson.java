package io.vpccni.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vpccni.explain.ApiCall;
import io.vpccni.explain.Outcome;
import io.vpccni.explain.Phase;
import io.vpccni.explain.Timeline;
import io.vpccni.pool.PoolFigures;
import io.vpccni.pool.Reason;
import java.time.Duration;
import java.util.List;

/** Timelines as JSON. Durations are milliseconds with their fraction. */
final class ExplainJson {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private ExplainJson() {}

    static ObjectNode of(List<Timeline> adds) {
        ObjectNode answer = NODES.objectNode();
        ArrayNode list = answer.putArray("adds");
        adds.forEach(add -> list.add(of(add)));
        return answer;
    }

    static ObjectNode of(Timeline add) {
        ObjectNode json = NODES.objectNode()
                .put("requestId", add.request().toString())
                .put("pod", add.pod().isKnown() ? add.pod().toString() : "")
                .put("network", add.sandbox().network())
                .put("container", add.sandbox().containerId())
                .put("ifName", add.sandbox().ifName())
                .put("asked", add.asked().toString())
                .put("totalMillis", millis(add.total()));
        json.set("outcome", outcome(add.outcome()));
        json.put("advice", add.advice());
        ArrayNode phases = json.putArray("phases");
        add.phases().forEach(phase -> phases.add(phase(phase)));
        ObjectNode pool = json.putObject("pool");
        add.atArrival().ifPresent(figures -> pool.set("atArrival", figures(figures)));
        add.atEnd().ifPresent(figures -> pool.set("atEnd", figures(figures)));
        ArrayNode calls = json.putArray("ec2Calls");
        add.calls().forEach(call -> calls.add(call(call, add)));
        return json;
    }

    private static ObjectNode outcome(Outcome outcome) {
        ObjectNode json = NODES.objectNode();
        return switch (outcome) {
            case Outcome.Granted granted ->
                json.put("state", "granted").put("address", granted.address().toString());
            case Outcome.Connecting connecting ->
                json.put("state", "connecting")
                        .put("address", connecting.address().toString());
            case Outcome.HungUp _ -> json.put("state", "callerHungUp");
            case Outcome.Refused refused -> reason(json.put("state", "refused"), refused.reason(), refused.detail());
            case Outcome.Waiting waiting ->
                reason(
                        json.put("state", "waiting"),
                        waiting.why().reason(),
                        waiting.why().detail());
        };
    }

    private static ObjectNode reason(ObjectNode json, Reason reason, String detail) {
        return json.put("reason", reason.name())
                .put("meaning", reason.meaning())
                .put("detail", detail)
                .put("daemon", reason.doing());
    }

    private static ObjectNode phase(Phase phase) {
        return NODES.objectNode()
                .put("phase", name(phase.step()))
                .put("startMillis", millis(phase.start()))
                .put("tookMillis", millis(phase.took()));
    }

    /** Also the label of the latency histogram. */
    static String name(Phase.Step step) {
        return switch (step) {
            case QUEUED -> "queued";
            case WAITING_FOR_BRANCH -> "waitingForBranch";
            case WAITING_FOR_ADDRESS -> "waitingForAddress";
            case STATE_FILE -> "stateFile";
            case DATA_PLANE -> "dataPlane";
            case ANSWERED -> "answered";
        };
    }

    private static ObjectNode figures(PoolFigures figures) {
        return NODES.objectNode()
                .put("free", figures.free())
                .put("assigned", figures.assigned())
                .put("cooling", figures.cooling())
                .put("held", figures.held())
                .put("coming", figures.coming())
                .put("interfaces", figures.enis())
                .put("interfaceLimit", figures.maxEnis())
                .put("waiters", figures.waiters());
    }

    private static ObjectNode call(ApiCall call, Timeline add) {
        ObjectNode json = NODES.objectNode()
                .put("api", call.api())
                .put("startMillis", millis(Duration.between(add.asked(), call.began())));
        return call.end()
                .map(end -> json.put("tookMillis", millis(end.took()))
                        .put("outcome", end.outcome())
                        .put("requestId", end.requestId()))
                .orElseGet(() -> json.put("outcome", "underWay"));
    }

    private static double millis(Duration duration) {
        return duration.toNanos() / 1e6;
    }
}
