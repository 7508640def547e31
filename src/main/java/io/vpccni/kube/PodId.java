package io.vpccni.kube;

/** Namespace and name of a pod. */
public record PodId(String namespace, String name) {

    @Override
    public String toString() {
        return namespace + "/" + name;
    }
}
