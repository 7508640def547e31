package io.vpccni.netlink;

import io.vpccni.netlink.nft.NftChange;
import io.vpccni.netlink.nft.NftMessages;
import io.vpccni.netlink.ns.NetnsFd;
import io.vpccni.netlink.wire.MalformedMessageException;
import io.vpccni.netlink.wire.Message;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Tells a listener what changes in nf_tables of a namespace, all families ({@code nft monitor}), on a platform thread of its own. */
public final class NftNotifications implements AutoCloseable {

    /** Bit 6 is group 7, NFNLGRP_NFTABLES. */
    private static final int GROUPS = 1 << 6;

    private final Listening listening;

    private NftNotifications(Listening listening) {
        this.listening = listening;
    }

    /**
     * Everything that changes after this returned is told, but for what {@code own} does.
     *
     * @param namespace null is the one of this process; may be closed at once
     * @param listener is not called concurrently. Empty: something was lost, so anything may have changed; or the socket
     *     failed, and this is the last call
     */
    public static NftNotifications open(
            Nftables own, @Nullable NetnsFd namespace, Consumer<Optional<NftChange>> listener) throws IOException {
        int silent = own.port();
        var socket = NetlinkSocket.open(NetlinkSocket.NETFILTER, namespace, GROUPS, NetlinkSocket.RECEIVE_BYTES);
        return new NftNotifications(Listening.start(socket, new Listening.Ear() {
            @Override
            public void hear(Message message) throws MalformedMessageException {
                if (message.port() != silent) {
                    NftMessages.readChange(message).ifPresent(change -> listener.accept(Optional.of(change)));
                }
            }

            @Override
            public void lost() {
                listener.accept(Optional.empty());
            }

            @Override
            public void ended(IOException cause) {
                listener.accept(Optional.empty());
            }
        }));
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }
}
