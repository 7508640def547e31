package io.vpccni.ec2;

import io.smallrye.mutiny.Uni;
import io.vpccni.ec2.ApiBudget.Urgency;
import io.vpccni.vpc.CloudFailure.Kind;
import io.vpccni.vpc.EniId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.Ec2AsyncClient;
import software.amazon.awssdk.services.ec2.model.Ec2Response;
import software.amazon.awssdk.services.ec2.model.NetworkInterface;

/** How a call gets to EC2: it waits for its turn in the {@link ApiBudget}, is seen, and fails with a {@link CloudException}. */
final class Ec2Calls implements AutoCloseable {

    /** Tries of a step that must not be left half done, with up to 20 s between two. */
    private static final int TRIES = 8;

    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(20);

    private final Ec2AsyncClient client;
    private final ApiBudget budget;
    private final Failures failures;
    private final ScheduledExecutorService timer;
    private final CallObserver observer;

    Ec2Calls(
            Ec2AsyncClient client,
            ApiBudget budget,
            Failures failures,
            ScheduledExecutorService timer,
            CallObserver observer) {
        this.client = client;
        this.budget = budget;
        this.failures = failures;
        this.timer = timer;
        this.observer = observer;
    }

    ScheduledExecutorService timer() {
        return timer;
    }

    Failures failures() {
        return failures;
    }

    /** Calls of each action that could be made at once. */
    Map<String, Double> tokens() {
        return budget.tokens();
    }

    <T> Uni<T> call(String action, Urgency urgency, Function<Ec2AsyncClient, CompletableFuture<T>> send) {
        return budget.call(
                action,
                urgency,
                () -> CallObserver.observed(observer, action, () -> send.apply(client), Ec2Calls::requestId)
                        .invoke(failures::succeeded)
                        .onFailure()
                        .transform(failures::of));
    }

    /** {@code DeleteNetworkInterface}, once. EC2 refuses it while the interface is attached. */
    Uni<Void> deleteInterface(EniId eni, Urgency urgency) {
        return call(
                        "DeleteNetworkInterface",
                        urgency,
                        client -> client.deleteNetworkInterface(request -> request.networkInterfaceId(eni.value())))
                .replaceWithVoid();
    }

    /** The interface as EC2 describes it now. */
    Uni<NetworkInterface> describe(EniId eni) {
        return call(
                        "DescribeNetworkInterfaces",
                        Urgency.LOOK,
                        client -> client.describeNetworkInterfaces(request -> request.networkInterfaceIds(eni.value())))
                .map(response -> response.networkInterfaces().getFirst());
    }

    /** Has an attached interface end with its instance, again and again while that may help. */
    Uni<Void> deleteOnTermination(EniId eni, String attachment, Urgency urgency) {
        return persistently(() -> call(
                        "ModifyNetworkInterfaceAttribute",
                        urgency,
                        client -> client.modifyNetworkInterfaceAttribute(
                                request -> request.networkInterfaceId(eni.value())
                                        .attachment(change ->
                                                change.attachmentId(attachment).deleteOnTermination(true)))))
                .replaceWithVoid();
    }

    /** {@code CreateTags}, again and again while that may help. */
    Uni<Void> tag(List<String> ids, Map<String, String> tags, Urgency urgency) {
        return persistently(() -> call(
                        "CreateTags",
                        urgency,
                        client -> client.createTags(
                                request -> request.resources(ids).tags(EniTags.list(tags)))))
                .replaceWithVoid();
    }

    private static String requestId(@Nullable Object response) {
        return response instanceof Ec2Response answered
                ? Objects.requireNonNullElse(answered.responseMetadata().requestId(), "")
                : "";
    }

    /** Repeats a step that another has already been built on, as long as the failure may pass. */
    <T> Uni<T> persistently(Supplier<Uni<T>> step) {
        return persistently(step, _ -> false);
    }

    <T> Uni<T> persistently(Supplier<Uni<T>> step, Predicate<Throwable> alsoPasses) {
        return repeatedly(
                step,
                failedWithKind(Kind.THROTTLED)
                        .or(failedWithKind(Kind.NO_ANSWER))
                        .or(alsoPasses));
    }

    /**
     * Repeats a step that may have happened, until EC2 says so. A refusal ends it: nothing is half done, and whoever waits for
     * the step can be told why.
     */
    <T> Uni<T> untilAnswered(Supplier<Uni<T>> step) {
        return repeatedly(step, failedWithKind(Kind.NO_ANSWER));
    }

    private <T> Uni<T> repeatedly(Supplier<Uni<T>> step, Predicate<Throwable> passes) {
        return Uni.createFrom()
                .deferred(step::get)
                .onFailure(passes)
                .retry()
                .withExecutor(timer)
                .withBackOff(FIRST_PAUSE, LONGEST_PAUSE)
                .withJitter(0.5)
                .atMost(TRIES)
                .onFailure(IllegalStateException.class)
                .transform(Ec2Calls::exhausted);
    }

    /** The back-off operator wraps the last failure; callers want the failure itself. */
    private static Throwable exhausted(Throwable wrapped) {
        return wrapped.getCause() instanceof CloudException cloud ? cloud : wrapped;
    }

    static Predicate<Throwable> failedWith(String code) {
        return failure -> failure instanceof CloudException cloud
                && cloud.failure().code().equals(code);
    }

    static Predicate<Throwable> failedWithKind(Kind kind) {
        return failure ->
                failure instanceof CloudException cloud && cloud.failure().kind() == kind;
    }

    @Override
    public void close() {
        client.close();
    }
}
