package dev.regrow.gateway.server;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/** Listens, and has each connection served by one of a few event loops. */
public final class HttpServer {

  private static final int BACKLOG = 1024;
  private static final int LOOPS_MAX = 4;
  private static final long LOOK_MILLIS = 5;

  /** A client that has not taken so much is waited for. */
  private static final WriteBufferWaterMark UNREAD = new WriteBufferWaterMark(32 << 10, 128 << 10);

  private final MultiThreadIoEventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(
          Math.min(LOOPS_MAX, Runtime.getRuntime().availableProcessors()),
          new DefaultThreadFactory("gateway", true),
          NioIoHandler.newFactory());
  private final Map<EventLoop, Round> rounds = new ConcurrentHashMap<>();
  private final AtomicInteger connections = new AtomicInteger();
  private final Handler handler;
  private final @Nullable Supplier<SSLEngine> engines;
  private final Executor handshakes;
  private final Patience patience;
  private final Room room;
  private final AtomicInteger held = new AtomicInteger();
  private final AtomicBoolean stopping = new AtomicBoolean();
  private final CompletableFuture<Void> stopped = new CompletableFuture<>();
  private volatile @Nullable Channel door;

  private HttpServer(
      Handler handler,
      @Nullable Supplier<SSLEngine> engines,
      Executor handshakes,
      Patience patience,
      Room room) {
    this.handler = handler;
    this.engines = engines;
    this.handshakes = handshakes;
    this.patience = patience;
    this.room = room;
  }

  /**
   * Listens in plain HTTP.
   *
   * @return fails with what the bind failed with
   */
  public static CompletionStage<HttpServer> plain(InetSocketAddress at, Handler handler) {
    return plain(at, handler, Patience.USUAL, Room.USUAL);
  }

  static CompletionStage<HttpServer> plain(
      InetSocketAddress at, Handler handler, Patience patience, Room room) {
    return new HttpServer(handler, null, Runnable::run, patience, room).bind(at);
  }

  /**
   * Listens by TLS.
   *
   * @param engines one for each connection
   * @param handshakes does what of a handshake takes long
   * @return fails with what the bind failed with
   */
  public static CompletionStage<HttpServer> secure(
      InetSocketAddress at, Handler handler, Supplier<SSLEngine> engines, Executor handshakes) {
    return secure(at, handler, engines, handshakes, Patience.USUAL);
  }

  static CompletionStage<HttpServer> secure(
      InetSocketAddress at,
      Handler handler,
      Supplier<SSLEngine> engines,
      Executor handshakes,
      Patience patience) {
    return new HttpServer(handler, engines, handshakes, patience, Room.USUAL).bind(at);
  }

  private CompletionStage<HttpServer> bind(InetSocketAddress at) {
    var bound = new CompletableFuture<HttpServer>();
    ChannelFuture binding =
        new ServerBootstrap()
            .group(loops)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.SO_KEEPALIVE, true)
            .childOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
            .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, UNREAD)
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    admit(channel);
                  }
                })
            .bind(at);
    door = binding.channel();
    binding.addListener(
        done -> {
          if (done.isSuccess()) {
            bound.complete(this);
          } else {
            var unused = loops.shutdownGracefully(0, 0, TimeUnit.SECONDS);
            bound.completeExceptionally(done.cause());
          }
        });
    return bound;
  }

  private void admit(SocketChannel channel) {
    connections.incrementAndGet();
    channel.closeFuture().addListener(closed -> connections.decrementAndGet());
    if (engines != null) {
      channel.pipeline().addLast(new SslHandler(engines.get(), handshakes));
    }
    var decoder = new RequestDecoder();
    var round = rounds.computeIfAbsent(channel.eventLoop(), this::round);
    channel
        .pipeline()
        .addLast(decoder)
        .addLast(new Connection(channel, engines != null, decoder, handler, patience, round));
  }

  /** Connections are dealt to the loops in turn, so each has its share of the strangers. */
  private Round round(EventLoop loop) {
    int share = Math.max(1, room.strangers() / loops.executorCount());
    return new Round(loop, share, this::hold, handler::madeRoom);
  }

  /** Who comes when too many are held waits in the kernel's queue. */
  private void hold(int more) {
    held.addAndGet(more);
    var listening = door;
    if (listening != null && isWrong(listening) && !stopping.get()) {
      listening.eventLoop().execute(() -> regulate(listening));
    }
  }

  private boolean isWrong(Channel listening) {
    return listening.config().isAutoRead() != held.get() < room.held();
  }

  /**
   * By the door's own loop alone; whoever changes the number meanwhile may have seen it as it was.
   */
  private void regulate(Channel listening) {
    while (isWrong(listening)) {
      listening.config().setAutoRead(held.get() < room.held());
    }
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    var listening = door;
    if (listening == null || !(listening.localAddress() instanceof InetSocketAddress address)) {
      throw new IllegalStateException("it does not listen");
    }
    return address;
  }

  /** Takes no new connection, lets answers finish for so long, then ends what is left; once. */
  public CompletionStage<Void> stop(Duration drain) {
    if (stopping.getAndSet(true)) {
      return stopped;
    }
    var listening = door;
    if (listening != null) {
      var unused = listening.close();
    }
    rounds.values().forEach(round -> round.loop().execute(round::drain));
    awaitLast(System.nanoTime() + drain.toNanos());
    return stopped;
  }

  private void awaitLast(long deadlineNanos) {
    if (connections.get() == 0 || System.nanoTime() - deadlineNanos > 0) {
      var unused =
          loops
              .shutdownGracefully(0, 1, TimeUnit.SECONDS)
              .addListener(done -> stopped.complete(null));
    } else {
      var unused =
          loops.schedule(() -> awaitLast(deadlineNanos), LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }
  }
}
