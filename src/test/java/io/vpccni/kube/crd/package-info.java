@NullMarked
package io.vpccni.kube.crd;

import org.jspecify.annotations.NullMarked;
