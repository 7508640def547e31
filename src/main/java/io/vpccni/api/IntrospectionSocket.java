package io.vpccni.api;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.timeout.ReadTimeoutHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.vpccni.api.IntrospectionPages.Page;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * Introspection on a Unix socket: one request a connection. A server of our own, because Quarkus' one listens on Unix sockets
 * by a native library only.
 */
final class IntrospectionSocket implements AutoCloseable {

    private static final int LARGEST_REQUEST = 64 << 10;
    private static final int TIMEOUT_SECONDS = 5;

    private final Path path;
    private final EventLoopGroup loop = new NioEventLoopGroup(1, new DefaultThreadFactory("introspection", true));
    private final Channel server;

    /** Listens at {@code path}; a socket that a dead daemon left is replaced. */
    IntrospectionSocket(Path path, IntrospectionPages pages) throws IOException {
        this.path = path;
        Files.createDirectories(Objects.requireNonNullElse(path.getParent(), path));
        Path draft = path.resolveSibling(path.getFileName() + ".new");
        Files.deleteIfExists(draft);
        this.server = new ServerBootstrap()
                .group(loop)
                .channel(NioServerDomainSocketChannel.class)
                .childHandler(new Connection(pages))
                .bind(UnixDomainSocketAddress.of(draft))
                .syncUninterruptibly()
                .channel();
        Files.setPosixFilePermissions(draft, PosixFilePermissions.fromString("rw-rw----"));
        Files.move(draft, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static final class Connection extends ChannelInitializer<Channel> {

        private final IntrospectionPages pages;

        Connection(IntrospectionPages pages) {
            this.pages = pages;
        }

        @Override
        protected void initChannel(Channel channel) {
            channel.pipeline()
                    .addLast(new ReadTimeoutHandler(TIMEOUT_SECONDS))
                    .addLast(new HttpServerCodec())
                    .addLast(new HttpObjectAggregator(LARGEST_REQUEST))
                    .addLast(new Exchange(pages));
        }
    }

    private static final class Exchange extends SimpleChannelInboundHandler<FullHttpRequest> {

        private static final Page NO_REQUEST =
                new Page(400, JsonNodeFactory.instance.textNode("this is no HTTP request\n"), true);

        private final IntrospectionPages pages;

        Exchange(IntrospectionPages pages) {
            this.pages = pages;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
            Page page = request.decoderResult().isSuccess() ? page(request.uri()) : NO_REQUEST;
            FullHttpResponse response = new DefaultFullHttpResponse(
                    HttpVersion.HTTP_1_1,
                    HttpResponseStatus.valueOf(page.status()),
                    Unpooled.copiedBuffer(page.text(), StandardCharsets.UTF_8));
            response.headers()
                    .set(HttpHeaderNames.CONTENT_TYPE, page.contentType())
                    .set(HttpHeaderNames.CONTENT_LENGTH, response.content().readableBytes())
                    .set(HttpHeaderNames.CONNECTION, "close");
            context.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
        }

        private Page page(String uri) {
            QueryStringDecoder address = new QueryStringDecoder(uri);
            return pages.answer(address.path(), address.parameters());
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close(); // not HTTP, or nothing for too long
        }
    }

    @Override
    public void close() {
        if (loop.isShuttingDown()) {
            return;
        }
        server.close().syncUninterruptibly();
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
