package io.vpccni.controller;

import io.vpccni.branch.Trunk;
import io.vpccni.branch.TrunkEvent;

/** What the loop hears. */
sealed interface LoopEvent {

    /** A trunk serves from now on. One of that instance that is served already stays as it is. */
    record TrunkFound(Trunk trunk) implements LoopEvent {}

    /** The instance is gone, and its pods with it: what branches it had are deleted when they have rested. */
    record InstanceGone(String instanceId) implements LoopEvent {}

    /** Something happened to the trunk of an instance. */
    record Happened(String instanceId, TrunkEvent event) implements LoopEvent {}

    /** Something that all trunks have to know, also those to come. */
    record Everywhere(TrunkEvent event) implements LoopEvent {}

    /** Time has passed. */
    record Wake() implements LoopEvent {}
}
