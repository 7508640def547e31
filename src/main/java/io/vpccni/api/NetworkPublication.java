package io.vpccni.api;

import io.vpccni.client.install.InstallException;
import io.vpccni.client.install.NodeInstall;
import io.vpccni.config.NodeSettings.PluginSettings;
import io.vpccni.conflist.Conflist;
import io.vpccni.conflist.ConflistFile;
import io.vpccni.conflist.ConflistTemplate;
import io.vpccni.conflist.MalformedTemplateException;
import io.vpccni.conflist.NodeAddresses;
import io.vpccni.conflist.Publication;
import io.vpccni.daemon.Node;
import io.vpccni.daemon.NodeObserver;
import io.vpccni.explain.Timeline;
import io.vpccni.kube.EventType;
import io.vpccni.pool.Action;
import io.vpccni.pool.PoolEvent;
import io.vpccni.pool.PoolView;
import io.vpccni.vpc.NodeIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jboss.logging.Logger;

/**
 * Puts the plugins and then the network configuration on the node, which is what makes it ready for pods, and may take the
 * configuration back (decision 0012). It looks when the node has started or got its first addresses, and now and then: what
 * somebody else changed in the file is put right.
 */
final class NetworkPublication implements NodeObserver, AutoCloseable {

    private static final Logger LOG = Logger.getLogger(NetworkPublication.class);

    /** How often it looks when nothing happens. */
    static final Duration PERIOD = Duration.ofSeconds(5);

    private static final String ACTION = "PublishNetworkConfiguration";

    private final Node node;
    private final PluginSettings settings;
    private final ConflistTemplate template;
    private final ConflistFile file;
    private final InstantSource clock;
    private final Duration period;
    private final AtomicReference<ServingRecord> serving = new AtomicReference<>(ServingRecord.BEGINNING);
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("conflist").daemon().factory());

    // Of the thread alone.
    private Publication publication = Publication.BEGINNING;
    private boolean isInstalled;
    private Optional<Instant> withdrawnAt = Optional.empty();
    private String toldTrouble = "";

    /**
     * @param period how often it looks when nothing happens
     */
    NetworkPublication(Node node, ConflistTemplate template, InstantSource clock, Duration period) {
        this.period = period;
        this.node = node;
        this.settings = node.settings().plugins();
        this.template = template;
        this.file = new ConflistFile(settings.configuration());
        this.clock = clock;
    }

    /** Begins to look, unless the node's folder is not here, as on a developer's machine. */
    void start() {
        if (!file.hasFolder()) {
            LOG.warnf("%s does not exist: no network configuration is published", settings.configuration());
            thread.shutdown();
            return;
        }
        thread.scheduleWithFixedDelay(this::lookAround, 0, period.toMillis(), TimeUnit.MILLISECONDS);
        node.ready().subscribe().with(_ -> lookSoon(), _ -> {});
    }

    @Override
    public void stepEnded(Action action, PoolEvent outcome) {
        ServingRecord now = serving.updateAndGet(was -> was.after(outcome));
        if (!now.hasServed()) {
            lookSoon();
        }
    }

    @Override
    public void addEnded(Timeline add) {
        serving.updateAndGet(was -> was.after(add.pod(), add.outcome()));
    }

    private void lookSoon() {
        try {
            thread.execute(this::lookAround);
        } catch (RejectedExecutionException e) {
            LOG.debug("nothing is published any more");
        }
    }

    private void lookAround() {
        try {
            installPlugins();
            look();
            toldTrouble = "";
        } catch (IOException | MalformedTemplateException | RuntimeException e) {
            String trouble =
                    e.getMessage() == null ? e.toString() : e.getClass().getSimpleName() + ": " + e.getMessage();
            if (!trouble.equals(toldTrouble)) {
                LOG.errorf(
                        "the node's plugins or their configuration cannot be put in place, trying again: %s", trouble);
                toldTrouble = trouble;
            }
        }
    }

    /** The init container has done it, unless it was the reference's. */
    private void installPlugins() throws IOException {
        if (isInstalled) {
            return;
        }
        if (Files.isDirectory(settings.binaries()) && NodeInstall.isPossibleFrom(settings.image())) {
            Path seen = NodeInstall.seenByNode(settings.binaries());
            try {
                NodeInstall.install(settings.image(), settings.binaries(), seen)
                        .forEach(name ->
                                LOG.infof("Installed %s", settings.binaries().resolve(name)));
            } catch (IOException | InstallException e) {
                throw new IOException("Failed to install CNI binaries: " + e, e);
            }
        } else {
            LOG.infof(
                    "the plugins in %s stay as they are: there are none in %s", settings.binaries(), settings.image());
        }
        isInstalled = true;
    }

    private void look() throws IOException, MalformedTemplateException {
        Optional<String> obstacle = node.view().map(this::obstacle).orElseGet(() -> Optional.of(node.startTrouble()));
        publication = publication.after(obstacle.isEmpty(), clock.instant());
        switch (publication.step(settings.withdrawAfter(), clock.instant())) {
            case PUBLISH -> publish(node.identity().orElseThrow());
            case WITHDRAW -> withdraw(obstacle.orElse(""));
            case KEEP -> {}
        }
    }

    private Optional<String> obstacle(PoolView pool) {
        ServingRecord before = serving.getAndUpdate(was -> was.after(pool));
        return Objects.requireNonNull(before).obstacle(pool);
    }

    private void publish(NodeIdentity identity) throws IOException, MalformedTemplateException {
        NodeAddresses addresses = new NodeAddresses(identity.primaryAddress(), identity.ipv6());
        if (!file.publish(template.render(Conflist.of(node.settings(), addresses)))) {
            return;
        }
        LOG.infof("published %s: the node is ready for pods", file.path());
        if (Conflist.lacksIpv6(node.settings(), addresses)) {
            LOG.warn("ENABLE_V6_EGRESS=true, but this node has no IPv6 address: pods have no IPv6 egress");
        }
        if (withdrawnAt.isPresent()) {
            withdrawnAt = Optional.empty();
            node.tell(EventType.NORMAL, "NetworkPublished", ACTION, "the node can serve pods again");
        }
    }

    private void withdraw(String why) throws IOException {
        Duration limit = settings.withdrawAfter().orElseThrow();
        Instant now = clock.instant();
        if (file.withdraw()) {
            withdrawnAt = Optional.of(now);
            String note = "nothing could serve a pod for " + limit.toSeconds() + " s, so the node is not ready: " + why;
            LOG.errorf("withdrew %s: %s", file.path(), note);
            node.tell(EventType.WARNING, "NetworkWithdrawn", ACTION, note);
        } else if (withdrawnAt.filter(at -> !at.plus(limit).isAfter(now)).isPresent()) {
            serving.updateAndGet(ServingRecord::afterPodsAreGone);
        }
    }

    /** The file stays: pods that come while the daemon restarts wait for it. */
    @Override
    public void close() {
        thread.shutdownNow();
    }
}
