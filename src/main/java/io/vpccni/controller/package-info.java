/**
 * The role {@code controller}: it makes trunk and branch interfaces for the pods that a SecurityGroupPolicy selects, and changes
 * pods as they are admitted.
 *
 * <p>It must not know nodes' daemons, the kernel or the pool. Start reading at {@link io.vpccni.controller.BranchLoop} for what
 * happens to a pod, and at {@link io.vpccni.controller.ControllerLife} for what runs when.
 */
@NullMarked
package io.vpccni.controller;

import org.jspecify.annotations.NullMarked;
