package io.vpccni.explain;

import io.vpccni.pool.PodName;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** The last ADDs that have ended, the newest first. Written by one thread, read by any. */
public final class AddHistory {

    /** ADDs that are remembered: several times what a node runs. */
    public static final int LENGTH = 512;

    private final Timeline[] ring = new Timeline[LENGTH];
    private int next;
    private int size;

    public synchronized void add(Timeline timeline) {
        ring[next] = timeline;
        next = (next + 1) % LENGTH;
        size = Math.min(size + 1, LENGTH);
    }

    /** The last {@code count} ADDs, or as many as there are. */
    public List<Timeline> last(int count) {
        return find(count, _ -> true);
    }

    public List<Timeline> ofPod(PodName pod) {
        return find(LENGTH, timeline -> timeline.pod().equals(pod));
    }

    public List<Timeline> ofContainer(String id) {
        return find(LENGTH, timeline -> timeline.sandbox().containerId().equals(id));
    }

    private synchronized List<Timeline> find(int most, Predicate<Timeline> wanted) {
        List<Timeline> found = new ArrayList<>();
        for (int back = 1; back <= size && found.size() < most; back++) {
            Timeline timeline = ring[Math.floorMod(next - back, LENGTH)];
            if (wanted.test(timeline)) {
                found.add(timeline);
            }
        }
        return found;
    }
}
