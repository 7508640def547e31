package io.vpccni.kube;

import java.util.Optional;

/** What an event is about. */
public sealed interface EventSubject {

    /** Where the event is kept: with its pod, or in default for what has no namespace. */
    String namespace();

    String name();

    /** @param uid which pod of the name; empty where whoever writes the event finds out */
    record OfPod(PodId pod, Optional<String> uid) implements EventSubject {
        public OfPod(PodId pod) {
            this(pod, Optional.empty());
        }

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

    /** A SecurityGroupPolicy. */
    record OfPolicy(String namespace, String name, String uid) implements EventSubject {
        @Override
        public String toString() {
            return "SecurityGroupPolicy " + namespace + "/" + name;
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
