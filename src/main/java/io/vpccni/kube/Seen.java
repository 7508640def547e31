package io.vpccni.kube;

import java.util.List;

/** One thing that a watch tells. */
sealed interface Seen<T> {

    /** Everything there is. What was seen before and is not in it is gone. */
    record All<T>(List<T> objects) implements Seen<T> {}

    /** New or different. */
    record Changed<T>(T object) implements Seen<T> {}

    /** Deleted, in its last state. */
    record Gone<T>(T object) implements Seen<T> {}
}
