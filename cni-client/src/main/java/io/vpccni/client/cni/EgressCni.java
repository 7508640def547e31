package io.vpccni.client.cni;

/** The program {@code egress-cni}. */
public final class EgressCni {

    private EgressCni() {}

    /** A plugin has no arguments; what follows is the launcher's path. */
    public static void main(String[] arguments) {
        Runtime.getRuntime().halt(run());
    }

    /** Runs the program and returns its exit code. */
    public static int run() {
        return Main.run("egress-cni");
    }
}
