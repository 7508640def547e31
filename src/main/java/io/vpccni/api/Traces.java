package io.vpccni.api;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.smallrye.mutiny.Uni;
import io.vpccni.daemon.NodeObserver;
import io.vpccni.explain.ApiCall;
import io.vpccni.explain.Outcome;
import io.vpccni.explain.Phase;
import io.vpccni.explain.Timeline;
import io.vpccni.pool.PodName;
import io.vpccni.pool.Reason;
import io.vpccni.pool.Sandbox;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * ADDs and DELs as spans. An ADD's are made when it has ended, of its {@link Timeline}: one for the whole, below it one for
 * each phase, and below the phase in which it waited one for each call to AWS. Where the caller says which span it belongs
 * to, that one is the parent.
 */
final class Traces implements NodeObserver {

    /** Nobody collects traces. */
    static final Traces OFF = new Traces(Optional.empty());

    private static final AttributeKey<String> REQUEST = AttributeKey.stringKey("vpccni.request_id");
    private static final AttributeKey<String> OUTCOME = AttributeKey.stringKey("vpccni.outcome");
    private static final AttributeKey<String> REASON = AttributeKey.stringKey("vpccni.reason");
    private static final AttributeKey<String> ADDRESS = AttributeKey.stringKey("vpccni.address");
    private static final AttributeKey<String> NETWORK = AttributeKey.stringKey("vpccni.network");
    private static final AttributeKey<String> INTERFACE = AttributeKey.stringKey("vpccni.interface");
    private static final AttributeKey<String> NAMESPACE = AttributeKey.stringKey("k8s.namespace.name");
    private static final AttributeKey<String> POD = AttributeKey.stringKey("k8s.pod.name");
    private static final AttributeKey<String> CONTAINER = AttributeKey.stringKey("container.id");
    private static final AttributeKey<String> SYSTEM = AttributeKey.stringKey("rpc.system");
    private static final AttributeKey<String> METHOD = AttributeKey.stringKey("rpc.method");
    private static final AttributeKey<String> SERVICE = AttributeKey.stringKey("rpc.service");
    private static final AttributeKey<String> AWS_REQUEST = AttributeKey.stringKey("aws.request_id");

    /** Several times the pods of a node: more ADDs with a parent are never under way. */
    private static final int MOST_PARENTS = 1_024;

    private final Optional<Tracer> tracer;
    private final Map<Sandbox, TraceParent> parents = new LinkedHashMap<>();

    /**
     * @param tracer where spans go; empty to make none
     */
    Traces(Optional<Tracer> tracer) {
        this.tracer = tracer;
    }

    boolean isOn() {
        return tracer.isPresent();
    }

    /** An ADD is about to be asked for, on behalf of {@code traceParent}. */
    void adds(Sandbox sandbox, String traceParent) {
        if (tracer.isPresent() && !traceParent.isEmpty()) {
            TraceParent.parse(traceParent).ifPresent(parent -> remember(sandbox, parent));
        }
    }

    private void remember(Sandbox sandbox, TraceParent parent) {
        synchronized (parents) {
            if (parents.size() < MOST_PARENTS) {
                parents.put(sandbox, parent);
            }
        }
    }

    private Optional<TraceParent> parentOf(Sandbox sandbox) {
        synchronized (parents) {
            return Optional.ofNullable(parents.remove(sandbox));
        }
    }

    @Override
    public void addEnded(Timeline add) {
        tracer.ifPresent(to -> record(add, to));
    }

    private void record(Timeline add, Tracer to) {
        Span whole = describe(
                        to.spanBuilder("CNI ADD").setParent(context(parentOf(add.sandbox()))), add.sandbox(), add.pod())
                .setStartTimestamp(add.asked())
                .setAttribute(REQUEST, add.request().toString())
                .startSpan();
        Instant end = add.asked().plus(add.total());
        Context inside = Context.root().with(whole);
        Context waiting = inside;
        for (Phase phase : add.phases()) {
            Instant begin = add.asked().plus(phase.start());
            Span part = to.spanBuilder(ExplainJson.name(phase.step()))
                    .setParent(inside)
                    .setStartTimestamp(begin)
                    .startSpan();
            part.end(begin.plus(phase.took()));
            if (phase.step() == Phase.Step.WAITING_FOR_ADDRESS) {
                waiting = Context.root().with(part);
            }
        }
        for (ApiCall call : add.calls()) {
            record(call, waiting, end, to);
        }
        describe(whole, add.outcome());
        whole.end(end);
    }

    /** A call that has not ended ends with its ADD. It may have begun before, for another one. */
    private static void record(ApiCall call, Context parent, Instant end, Tracer to) {
        Span span = to.spanBuilder(call.api())
                .setParent(parent)
                .setSpanKind(SpanKind.CLIENT)
                .setStartTimestamp(call.began())
                .setAttribute(SYSTEM, "aws-api")
                .setAttribute(SERVICE, call.isToEc2() ? "EC2" : "IMDS")
                .setAttribute(METHOD, call.api())
                .startSpan();
        if (call.end().isEmpty()) {
            span.setAttribute(OUTCOME, "underWay");
            span.end(end);
            return;
        }
        ApiCall.End ended = call.end().get();
        span.setAttribute(OUTCOME, ended.outcome());
        span.setAttribute(AWS_REQUEST, ended.requestId());
        if (!ended.succeeded()) {
            span.setStatus(StatusCode.ERROR, ended.outcome());
        }
        span.end(call.began().plus(ended.took()));
    }

    private static void describe(Span span, Outcome outcome) {
        switch (outcome) {
            case Outcome.Granted granted -> {
                span.setAttribute(OUTCOME, "granted");
                span.setAttribute(ADDRESS, granted.address().toString());
            }
            case Outcome.Refused refused -> refused(span, refused.reason(), refused.detail());
            case Outcome.HungUp _ -> {
                span.setAttribute(OUTCOME, "callerHungUp");
                span.setStatus(StatusCode.ERROR, "the caller hung up");
            }
            case Outcome.Waiting waiting ->
                refused(span, waiting.why().reason(), waiting.why().detail());
            case Outcome.Connecting connecting ->
                span.setAttribute(ADDRESS, connecting.address().toString());
        }
    }

    private static void refused(Span span, Reason reason, String detail) {
        span.setAttribute(OUTCOME, "refused");
        span.setAttribute(REASON, reason.name());
        span.setStatus(StatusCode.ERROR, reason + ": " + detail);
    }

    /** Has a DEL seen, from when it is carried out to its end. */
    <T> Uni<T> del(Sandbox sandbox, PodName pod, String traceParent, Uni<T> call) {
        return tracer.map(to -> Uni.createFrom().deferred(() -> {
                    Span span = describe(
                                    to.spanBuilder("CNI DEL").setParent(context(TraceParent.parse(traceParent))),
                                    sandbox,
                                    pod)
                            .startSpan();
                    return call.onFailure()
                            .invoke(failure -> span.setStatus(StatusCode.ERROR, String.valueOf(failure.getMessage())))
                            .onTermination()
                            .invoke(() -> span.end());
                }))
                .orElse(call);
    }

    private static SpanBuilder describe(SpanBuilder span, Sandbox sandbox, PodName pod) {
        span.setSpanKind(SpanKind.SERVER)
                .setAttribute(NETWORK, sandbox.network())
                .setAttribute(CONTAINER, sandbox.containerId())
                .setAttribute(INTERFACE, sandbox.ifName());
        if (pod.isKnown()) {
            span.setAttribute(NAMESPACE, pod.namespace()).setAttribute(POD, pod.name());
        }
        return span;
    }

    private static Context context(Optional<TraceParent> parent) {
        return parent.map(named -> SpanContext.createFromRemoteParent(
                        named.traceId(), named.spanId(), TraceFlags.fromHex(named.flags(), 0), TraceState.getDefault()))
                .map(named -> Context.root().with(Span.wrap(named)))
                .orElseGet(Context::root);
    }
}
