package io.vpccni.conflist;

/** What a template leaves open: its name between two underscores on each side, {@code __MTU__}. Names are the reference's. */
public enum Placeholder {
    VETHPREFIX,
    MTU,
    PODSGENFORCINGMODE,
    PLUGINLOGFILE,
    PLUGINLOGLEVEL,
    EGRESSPLUGINLOGFILE,
    EGRESSPLUGINENABLED,
    EGRESSPLUGINIPAMSUBNET,
    EGRESSPLUGINIPAMDST,
    EGRESSPLUGINIPAMDATADIR,
    RANDOMIZESNAT,
    NODEIP;

    /** As it stands in a template. */
    String text() {
        return "__" + name() + "__";
    }
}
