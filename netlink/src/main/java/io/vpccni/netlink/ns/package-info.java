/**
 * Network namespaces: opening, entering for a moment, making and removing them. The danger of this subject: a namespace
 * belongs to an OS thread, and threads inherit it from whoever starts them. Start with {@link io.vpccni.netlink.ns.Netns}.
 */
@NullMarked
package io.vpccni.netlink.ns;

import org.jspecify.annotations.NullMarked;
