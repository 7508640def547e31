package io.vpccni.api;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.nio.NioChannelOption;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import jdk.net.ExtendedSocketOptions;
import jdk.net.UnixDomainPrincipal;
import org.jboss.logging.Logger;

/** Lets root connect, and the user that is configured; others are hung up on before they can send a byte. */
@ChannelHandler.Sharable
final class PeerCheck extends ChannelInboundHandlerAdapter {

    private static final Logger LOG = Logger.getLogger(PeerCheck.class);

    /** The kernel knows numbers; the JDK shows a name where the user database has one, and the number else. */
    private final Set<String> allowed;

    PeerCheck(OptionalInt uid) {
        Set<String> names = new TreeSet<>(List.of("root", "0", System.getProperty("user.name", "root")));
        uid.ifPresent(number -> names.add(Integer.toString(number)));
        this.allowed = Set.copyOf(names);
    }

    <C extends ServerChannel> C guard(C server) {
        server.pipeline().addFirst(this);
        return server;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof Channel peer && !mayCall(peer)) {
            peer.unsafe().closeForcibly();
        } else {
            context.fireChannelRead(message);
        }
    }

    private boolean mayCall(Channel peer) {
        UnixDomainPrincipal caller = peer.config().getOption(NioChannelOption.of(ExtendedSocketOptions.SO_PEERCRED));
        if (caller != null && allowed.contains(caller.user().getName())) {
            return true;
        }
        LOG.warnf(
                "refused a connection of user %s",
                caller == null ? "unknown" : caller.user().getName());
        return false;
    }
}
