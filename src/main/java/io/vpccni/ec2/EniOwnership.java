package io.vpccni.ec2;

import java.util.Map;

/**
 * Whether an interface is ours to use, read off its tags (ipamd of v1.23.1, "unmanaged ENIs"). The first rule that fits counts.
 *
 * <pre>
 * tag no_manage = true, and not the first interface   foreign
 * tag no_manage with another value                    ours
 * tag instance_id = this instance                     ours
 * MANAGE_UNTAGGED_ENI                                 ours
 * else, and not the first interface                   foreign
 * </pre>
 */
record EniOwnership(String instanceId, boolean manageUntagged) {

    static final String NO_MANAGE_TAG = "node.k8s.amazonaws.com/no_manage";

    boolean isOurs(Map<String, String> tags, boolean primary) {
        String noManage = tags.get(NO_MANAGE_TAG);
        if (primary || (noManage != null && !noManage.equals("true"))) {
            return true;
        }
        return noManage == null && (instanceId.equals(tags.get(EniTags.INSTANCE_TAG)) || manageUntagged);
    }
}
