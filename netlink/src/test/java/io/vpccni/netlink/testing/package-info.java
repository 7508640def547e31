/** What a test needs to work with real network namespaces; other modules use it through the test-jar. */
@NullMarked
package io.vpccni.netlink.testing;

import org.jspecify.annotations.NullMarked;
