package dev.regrow.gateway.server;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * Passes requests on to another server, and hands back what that answers as it comes: also when it
 * switches protocols, and then in both directions. Each over a connection of its own. Thread-safe.
 */
public final class Onward implements AutoCloseable {

  private static final int CONNECT_MILLIS = 3_000;

  private final MultiThreadIoEventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(
          1, new DefaultThreadFactory("gateway-onward", true), NioIoHandler.newFactory());

  private final Duration patience;

  public Onward() {
    this(Patience.USUAL.answer().plusSeconds(5)); // By then nobody waits for it any more.
  }

  /**
   * @param patience until an answer begins; then the connection is closed, as a server that hangs
   *     would keep one for each request
   */
  Onward(Duration patience) {
    this.patience = patience;
  }

  /**
   * Whom to ask.
   *
   * @param proof null: plain
   */
  public record Target(InetSocketAddress address, @Nullable Proof proof) {}

  /**
   * What is demanded of who answers there, before anything is sent.
   *
   * @param engine judges the certificate, for one connection
   * @param objection to whose it is, by the session; empty: it is who is meant
   */
  public record Proof(SSLEngine engine, Function<SSLSession, Optional<String>> objection) {}

  /** Nothing was sent: there is no connection. */
  public static final class Unreached extends IOException {

    private static final long serialVersionUID = 1L;

    Unreached(Throwable cause) {
      super(cause.getMessage() == null ? cause.toString() : cause.getMessage(), cause);
    }
  }

  /**
   * @param head of the request, which says how long the body is
   * @return fails with {@link Unreached}, with what the connection failed with later, or with a
   *     {@link TimeoutException}
   */
  public CompletionStage<Answer> ask(Target target, String head, byte[] body) {
    var answer = new CompletableFuture<Answer>();
    var proof = target.proof();
    var tls = proof == null ? null : new SslHandler(proof.engine());
    var connecting =
        new Bootstrap()
            .group(loops)
            .channel(NioSocketChannel.class)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.SO_KEEPALIVE, true)
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    if (tls != null) {
                      channel.pipeline().addLast(tls);
                    }
                    channel
                        .pipeline()
                        .addLast(new HttpResponseDecoder())
                        .addLast(new OnwardAnswer(channel, answer));
                  }
                })
            .connect(target.address());
    var unused =
        connecting.addListener(
            connected -> {
              var channel = connecting.channel();
              if (!connected.isSuccess()) {
                answer.completeExceptionally(new Unreached(connected.cause()));
              } else if (proof == null || tls == null) {
                send(channel, head, body);
              } else {
                var unusedToo =
                    tls.handshakeFuture()
                        .addListener(
                            shaken -> {
                              if (shaken.isSuccess() && isMeant(proof, channel, answer)) {
                                send(channel, head, body);
                              }
                            });
              }
            });
    var unusedEither =
        answer
            .orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS)
            .whenComplete(
                (begun, failure) -> {
                  if (failure instanceof TimeoutException) {
                    var unusedAtLast = connecting.channel().close();
                  }
                });
    return answer;
  }

  private static void send(Channel channel, String head, byte[] body) {
    var bytes = Unpooled.wrappedBuffer(head.getBytes(StandardCharsets.US_ASCII), body);
    var unused = channel.writeAndFlush(bytes);
  }

  /** A session that is resumed says whose it is, too, though no certificate is shown anew. */
  private static boolean isMeant(Proof proof, Channel channel, CompletableFuture<Answer> answer) {
    var objection = proof.objection().apply(proof.engine().getSession());
    if (objection.isPresent()) {
      answer.completeExceptionally(new Unreached(new SSLException(objection.get())));
      var unused = channel.close();
    }
    return objection.isEmpty();
  }

  /**
   * What goes over a connection that is open, as messages; see {@link PortDialogue}. It is closed
   * with the dialogue.
   *
   * @param over it is closed
   * @throws IOException if it is broken already
   */
  public Dialogue over(java.nio.channels.SocketChannel connection, Runnable over)
      throws IOException {
    connection.configureBlocking(false);
    var channel = new NioSocketChannel(null, connection);
    channel.config().setAllowHalfClosure(true).setTcpNoDelay(true);
    var dialogue = new PortDialogue(channel, over);
    channel.pipeline().addLast(dialogue);
    var unused = loops.register(channel);
    return dialogue;
  }

  @Override
  public void close() {
    var unused = loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }
}
