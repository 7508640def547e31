package io.vpccni.kernel;

import io.vpccni.netlink.Batch;
import io.vpccni.netlink.Errno;
import io.vpccni.netlink.LinkChange;
import io.vpccni.netlink.Netlink;
import java.io.IOException;
import java.util.concurrent.Semaphore;
import org.jboss.logging.Logger;

/**
 * Links of pods that are gone. Deleting a link takes the kernel 20 ms, whoever asks, but deleting a whole link group takes
 * hardly longer. So a DEL only sets the link down and puts it into the dead group, and one thread removes the group behind
 * its back. What a stopped daemon left there goes at the next start.
 */
final class DeadLinks implements AutoCloseable {

    /** The letters {@code vcni}: nobody else's group, and known again after a restart. */
    static final int GROUP = 0x76636e69;

    private static final Logger LOG = Logger.getLogger(DeadLinks.class);

    private final Netlink netlink;
    private final Semaphore wanted = new Semaphore(1);
    private final Thread thread;
    private volatile boolean closing;

    DeadLinks(HostNamespace host) throws IOException {
        this.netlink = host.netlink();
        this.thread = Thread.ofPlatform().name("vpccni-dead-links").daemon().start(this::run);
    }

    /** {@code ip link set LINK down group DEAD}: no packet passes any more. What is gone already is no error. */
    static Batch bury(Batch batch, String link) {
        return batch.set(link, LinkChange.down(), LinkChange.group(GROUP)).tolerate(Errno.ENODEV);
    }

    /**
     * {@code ip link set LINK down group DEAD; ip link set LINK name deadINDEX}: the name is free for a new pod at once. Two
     * requests, since older kernels rename no link that is up.
     */
    static void rename(Netlink netlink, int link) throws IOException {
        netlink.batch()
                .set(link, LinkChange.down(), LinkChange.group(GROUP))
                .tolerate(Errno.ENODEV)
                .set(link, LinkChange.name("dead" + link))
                .tolerate(Errno.ENODEV)
                .run();
    }

    /** {@code ip link delete group DEAD}, now: their names are free afterwards. */
    static void delete(Netlink netlink) throws IOException {
        netlink.batch().deleteGroup(GROUP).tolerate(Errno.ENODEV).run();
    }

    /** There is something to delete. */
    void wake() {
        wanted.release();
    }

    private void run() {
        while (true) {
            wanted.acquireUninterruptibly();
            wanted.drainPermits();
            // Asked before: what died before the end is deleted by the last round.
            boolean last = closing;
            try {
                delete(netlink);
            } catch (IOException e) {
                LOG.warnf("links of old pods are left in group %d: %s", GROUP, e.getMessage());
            }
            if (last) {
                return;
            }
        }
    }

    /** Deletes what is still there, then ends. */
    @Override
    public void close() {
        closing = true;
        wake();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        try {
            netlink.close();
        } catch (IOException e) {
            LOG.debugf("closing a socket: %s", e.getMessage());
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
