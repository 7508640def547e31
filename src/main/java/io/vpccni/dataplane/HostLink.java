package io.vpccni.dataplane;

/** A link on the host. The kernel knows it by its index, people by its name. */
public record HostLink(int index, String name) {

    @Override
    public String toString() {
        return name;
    }
}
