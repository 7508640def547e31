package io.vpccni.daemon;

import io.smallrye.mutiny.Uni;
import io.vpccni.pool.PodName;

/** Whoever has network policies enforced on the pods that are connected here. */
public interface PodPolicy {

    /** A node without network policies. */
    PodPolicy NONE = new PodPolicy() {
        @Override
        public Uni<Void> enforce(PodName pod, int interfaces) {
            return Uni.createFrom().voidItem();
        }

        @Override
        public Uni<Void> forget(PodName pod) {
            return Uni.createFrom().voidItem();
        }
    };

    /** The pod's links are there and nothing runs in it yet. Fails when its policies are not in place. */
    Uni<Void> enforce(PodName pod, int interfaces);

    /** The pod is disconnected. Never fails: a pod that is gone is not kept for the sake of its policies. */
    Uni<Void> forget(PodName pod);
}
