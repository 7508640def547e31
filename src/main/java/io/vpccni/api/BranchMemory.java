package io.vpccni.api;

import io.vpccni.daemon.BranchDel.Remembered;
import io.vpccni.daemon.LinkNames;
import io.vpccni.dataplane.PodLink;
import java.util.Optional;

/**
 * What a result that the runtime has kept says of a pod's branch interface. The last, invented interface carries the VLAN id as its
 * MAC address; 0 is that of ordinary pods.
 */
final class BranchMemory {

    private static final int HIGHEST_VLAN = 4094;

    private BranchMemory() {}

    /** Empty for a pod that had none, and where nothing is remembered. Fails on an id that is no number. */
    static Optional<Remembered> of(CniCall call, LinkNames links) {
        String dummy = LinkNames.dummyOf(links.first());
        String text = call.conf().previousLinks().get(dummy);
        if (text == null || text.equals("0")) {
            return Optional.empty();
        }
        int vlanId = vlanId(text);
        String hostLink = call.conf().previousLinks().keySet().stream()
                .filter(name -> !name.equals(dummy) && PodLink.hash(name).equals(PodLink.hash(dummy)))
                .findFirst()
                .orElse(links.first());
        return Optional.of(new Remembered(
                vlanId, hostLink, call.conf().previousAddresses().stream().findFirst()));
    }

    private static int vlanId(String text) {
        try {
            int vlanId = Integer.parseInt(text);
            if (vlanId >= 1 && vlanId <= HIGHEST_VLAN) {
                return vlanId;
            }
        } catch (NumberFormatException e) {
            // falls through to the error
        }
        throw new CniError(
                CniError.INTERNAL,
                "del cmd: failed to delete with prevResult: malformed vlanID in prevResult: " + text,
                "prevResult.interfaces");
    }
}
