/** The custom resources of security groups for pods as Java types; their definitions are generated of these. */
@NullMarked
package io.vpccni.kube.crd;

import org.jspecify.annotations.NullMarked;
