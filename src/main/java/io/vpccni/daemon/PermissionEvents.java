package io.vpccni.daemon;

import io.vpccni.explain.ApiCall;
import io.vpccni.kube.EventSubject;
import io.vpccni.kube.EventType;
import io.vpccni.kube.Events;
import io.vpccni.kube.PodId;
import java.util.Set;

/** Tells of missing EC2 permissions on the daemon's own pod, with the reference's words, so that alerts for them go on working. */
final class PermissionEvents implements NodeObserver {

    static final String REASON = "MissingIAMPermissions";

    private static final String HELP = "https://docs.aws.amazon.com/eks/latest/userguide/cni-iam-role.html";

    /** Codes that mean a permission. Others that end in a refusal mean credentials. */
    private static final Set<String> CODES = Set.of("UnauthorizedOperation", "AccessDenied", "AccessDeniedException");

    private final Events events;
    private final EventSubject ownPod;

    PermissionEvents(Events events, PodId ownPod) {
        this.events = events;
        this.ownPod = new EventSubject.OfPod(ownPod);
    }

    @Override
    public void callEnded(ApiCall call) {
        call.end()
                .map(ApiCall.End::outcome)
                .filter(code -> call.isToEc2() && CODES.contains(code))
                .ifPresent(code -> events.record(
                        ownPod,
                        EventType.WARNING,
                        REASON,
                        "ec2:" + call.api(),
                        "The node's role may not call ec2:" + call.api() + " (" + code
                                + "). Attach the permissions that are listed at " + HELP));
    }
}
