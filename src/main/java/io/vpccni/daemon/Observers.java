package io.vpccni.daemon;

import io.vpccni.dataplane.Repair;
import io.vpccni.explain.ApiCall;
import io.vpccni.explain.Timeline;
import io.vpccni.pool.Action;
import io.vpccni.pool.PoolEvent;
import java.time.Duration;
import java.util.List;

/** Tells several observers. */
record Observers(List<NodeObserver> all) implements NodeObserver {

    @Override
    public void addAsked() {
        all.forEach(NodeObserver::addAsked);
    }

    @Override
    public void delAsked(String why) {
        all.forEach(one -> one.delAsked(why));
    }

    @Override
    public void addParked() {
        all.forEach(NodeObserver::addParked);
    }

    @Override
    public void addEnded(Timeline add) {
        all.forEach(one -> one.addEnded(add));
    }

    @Override
    public void callEnded(ApiCall call) {
        all.forEach(one -> one.callEnded(call));
    }

    @Override
    public void stepBegan(Action action) {
        all.forEach(one -> one.stepBegan(action));
    }

    @Override
    public void stepEnded(Action action, PoolEvent outcome) {
        all.forEach(one -> one.stepEnded(action, outcome));
    }

    @Override
    public void differed(Side from) {
        all.forEach(one -> one.differed(from));
    }

    @Override
    public void reconciled(int enisAdded, int enisRemoved, int slotsAdded, int slotsRemoved) {
        all.forEach(one -> one.reconciled(enisAdded, enisRemoved, slotsAdded, slotsRemoved));
    }

    @Override
    public void hostSetUp(boolean succeeded) {
        all.forEach(one -> one.hostSetUp(succeeded));
    }

    @Override
    public void repaired(List<Repair> repairs) {
        all.forEach(one -> one.repaired(repairs));
    }

    @Override
    public void leakKept(String code) {
        all.forEach(one -> one.leakKept(code));
    }

    @Override
    public void trunkNotAsked(boolean eniConfig) {
        all.forEach(one -> one.trunkNotAsked(eniConfig));
    }

    @Override
    public void started(Duration took, boolean withApiServer) {
        all.forEach(one -> one.started(took, withApiServer));
    }
}
