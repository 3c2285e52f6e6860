package dev.regrow.gateway.http;

import dev.regrow.core.identity.NodeTls;
import dev.regrow.gateway.metrics.Metrics;
import dev.regrow.gateway.server.HttpServer;
import dev.regrow.gateway.server.Onward;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** The listener: binds, hands requests to the {@link Dispatcher}, and lets go gracefully. */
public final class GatewayServer {

  private static final Duration BODY_PATIENCE = Duration.ofSeconds(10);
  private static final int WORKERS = 4;
  private static final long IDLE_SECONDS = 10;

  private final HttpServer server;
  private final ThreadPoolExecutor workers;
  private final Onward onward;

  private GatewayServer(HttpServer server, ThreadPoolExecutor workers, Onward onward) {
    this.server = server;
    this.workers = workers;
    this.onward = onward;
  }

  /**
   * Listens in plain HTTP on a loopback address, and by TLS on any other.
   *
   * @param at port 0: any free one
   * @param tls what the node proves itself with; not read for a loopback address, nor before
   *     another node is to be called
   * @return fails with what the bind failed with
   */
  public static CompletionStage<GatewayServer> start(
      InetSocketAddress at, Supplier<NodeTls> tls, Backend backend, Metrics metrics) {
    if (at.isUnresolved()) {
      throw new IllegalArgumentException("%s is no address".formatted(at.getHostString()));
    }
    var clock = Clock.systemUTC();
    var workers = workers();
    var onward = new Onward();
    var relay = new Relay(onward, tls, backend.node());
    var dispatcher =
        new Dispatcher(
            new Router(Routes.all(backend, relay, onward, metrics, clock)),
            backend.tokens(),
            new BodyReader(workers, BODY_PATIENCE),
            workers,
            metrics,
            () -> backend.control().get().index());
    return listen(at, tls, dispatcher, workers)
        .thenApply(server -> new GatewayServer(server, workers, onward));
  }

  private static CompletionStage<HttpServer> listen(
      InetSocketAddress at,
      Supplier<NodeTls> tls,
      Dispatcher dispatcher,
      ThreadPoolExecutor workers) {
    if (at.getAddress().isLoopbackAddress()) {
      return HttpServer.plain(at, dispatcher);
    }
    var proof = tls.get();
    return HttpServer.secure(at, dispatcher, proof::serving, workers);
  }

  /** For what may block or takes long. They come when they are needed, and go. */
  private static ThreadPoolExecutor workers() {
    var number = new AtomicInteger();
    var workers =
        new ThreadPoolExecutor(
            WORKERS,
            WORKERS,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            work -> {
              var thread = new Thread(work, "gateway-work-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    workers.allowCoreThreadTimeOut(true);
    return workers;
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return server.address();
  }

  /** Takes no new connection, lets answers finish for so long, then ends what is left. */
  public CompletionStage<Void> stop(Duration drain) {
    return server.stop(drain).thenRun(onward::close).thenRun(workers::shutdown);
  }
}
