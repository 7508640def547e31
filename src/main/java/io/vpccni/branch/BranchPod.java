package io.vpccni.branch;

/**
 * A pod that has, or is to have, a branch interface. Names come back with other pods, the uid does not.
 *
 * @param uid which pod of that name
 */
public record BranchPod(String namespace, String name, String uid) {

    @Override
    public String toString() {
        return namespace + "/" + name;
    }
}
