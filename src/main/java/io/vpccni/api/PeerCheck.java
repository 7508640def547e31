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
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jdk.net.ExtendedSocketOptions;
import jdk.net.UnixDomainPrincipal;
import org.jboss.logging.Logger;

/** Lets root connect, and the user that is configured; others are hung up on before they can send a byte. */
@ChannelHandler.Sharable
final class PeerCheck extends ChannelInboundHandlerAdapter {

    private static final Logger LOG = Logger.getLogger(PeerCheck.class);

    private static final String ROOT = "0";

    /** Equal to others of the same number, whatever name the user database has for it. */
    private final Set<UserPrincipal> allowed;

    /** @param uid who may call besides root and the daemon's own user */
    PeerCheck(OptionalInt uid) {
        String own = System.getProperty("user.name");
        Stream<String> names = Stream.concat(Stream.of(ROOT, own), uid.stream().mapToObj(Integer::toString));
        this.allowed = names.flatMap(name -> user(name).stream()).collect(Collectors.toUnmodifiableSet());
    }

    /** The user of that name, or of that number; empty for a name that nobody has, as in a container without users. */
    private static Optional<UserPrincipal> user(String name) {
        try {
            return Optional.of(
                    FileSystems.getDefault().getUserPrincipalLookupService().lookupPrincipalByName(name));
        } catch (IOException e) {
            LOG.debugf("there is no user %s here: %s", name, e.getMessage());
            return Optional.empty();
        }
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
