package io.vpccni.netlink;

import java.io.IOException;

/** Something that changed in a namespace ({@code ip monitor}). "Set" is new or changed; the value is how it is now. */
public sealed interface Notification {
    record LinkSet(Link link) implements Notification {}

    /** Also when it moved to another namespace. */
    record LinkRemoved(Link link) implements Notification {}

    record AddrSet(Addr addr) implements Notification {}

    record AddrRemoved(Addr addr) implements Notification {}

    record RouteSet(Route route) implements Notification {}

    /** Routes that go with their link or its last address go without a word. */
    record RouteRemoved(Route route) implements Notification {}

    record RuleSet(Rule rule) implements Notification {}

    record RuleRemoved(Rule rule) implements Notification {}

    /** Notifications are lost, because they came faster than they were taken: dump again. */
    record Lost() implements Notification {}

    /** The last one: the socket failed. */
    record Ended(IOException cause) implements Notification {}
}
