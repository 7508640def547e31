package io.vpccni.ec2;

import io.smallrye.mutiny.Uni;
import io.vpccni.vpc.AttachedEnis;
import io.vpccni.vpc.Eni;
import io.vpccni.vpc.EniId;
import io.vpccni.vpc.InstanceLimits;

/** What this node has, read only: from EC2 ({@link EniCalls}) or from IMDS alone ({@link ImdsEnis}). */
public interface NodeInterfaces {

    /** How many interfaces and addresses this node's type can have. */
    Uni<InstanceLimits> limits();

    /** The interfaces that are attached to this node. */
    Uni<AttachedEnis> attached();

    /** What one interface of this node carries. */
    Uni<Eni> observe(EniId id);
}
