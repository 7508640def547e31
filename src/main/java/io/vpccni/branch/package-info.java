/**
 * Security groups for pods: the branch interfaces of one trunk, who has which, and which security groups a pod gets.
 *
 * <p>Decides only. It knows no clock, thread, library or wire format: events come in with the time they happened, actions go
 * out. Start reading at {@link io.vpccni.branch.Trunk#apply} and {@link io.vpccni.branch.Trunk#plan}.
 */
@NullMarked
package io.vpccni.branch;

import org.jspecify.annotations.NullMarked;
