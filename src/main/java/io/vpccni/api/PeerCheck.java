package io.vpccni.api;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.nio.NioChannelOption;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.attribute.UserPrincipal;
import java.util.HashSet;
import java.util.OptionalInt;
import java.util.Set;
import jdk.net.ExtendedSocketOptions;
import jdk.net.UnixDomainPrincipal;
import org.jboss.logging.Logger;

/** Lets root connect, and the user that is configured; others are hung up on before they can send a byte. */
@ChannelHandler.Sharable
final class PeerCheck extends ChannelInboundHandlerAdapter {

    private static final Logger LOG = Logger.getLogger(PeerCheck.class);

    /** Equal to others of the same number, whatever name the user database has for it. */
    private final Set<UserPrincipal> allowed;

    /** @param uid who may call besides root and the daemon's own user */
    PeerCheck(OptionalInt uid) throws IOException {
        Set<UserPrincipal> users = new HashSet<>();
        users.add(user("0"));
        users.add(user(System.getProperty("user.name", "0")));
        if (uid.isPresent()) {
            users.add(user(Integer.toString(uid.getAsInt())));
        }
        this.allowed = Set.copyOf(users);
    }

    /** The user of that name, or of that number where nobody has the name. */
    private static UserPrincipal user(String name) throws IOException {
        return FileSystems.getDefault().getUserPrincipalLookupService().lookupPrincipalByName(name);
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
        if (caller != null && allowed.contains(caller.user())) {
            return true;
        }
        LOG.warnf(
                "refused a connection of user %s",
                caller == null ? "unknown" : caller.user().getName());
        return false;
    }
}
