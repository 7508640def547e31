package io.vpccni.kube;

/** What an event is about. */
public sealed interface EventSubject {

    /** Where the event is kept: with its pod, or in default for what has no namespace. */
    String namespace();

    String name();

    record OfPod(PodId pod) implements EventSubject {
        @Override
        public String namespace() {
            return pod.namespace();
        }

        @Override
        public String name() {
            return pod.name();
        }

        @Override
        public String toString() {
            return "pod " + pod;
        }
    }

    record OfNode(String name) implements EventSubject {
        @Override
        public String namespace() {
            return "default";
        }

        @Override
        public String toString() {
            return "node " + name;
        }
    }
}
