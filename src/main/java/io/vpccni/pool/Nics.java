package io.vpccni.pool;

/** How many network cards a pod is on. */
public enum Nics {
    /** Any one: card 0 if it has an address, else the next. */
    ONE,
    /** All that are managed, one address on each; all or nothing. */
    EVERY_CARD
}
