package dev.regrow.gateway.http;

import dev.regrow.core.identity.NodeTls;
import dev.regrow.gateway.metrics.Metrics;
import dev.regrow.gateway.server.HttpServer;
import dev.regrow.gateway.server.Onward;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.function.Supplier;

/** The listener: binds, hands requests to the {@link Dispatcher}, and lets go gracefully. */
public final class GatewayServer {

  private static final Duration BODY_PATIENCE = Duration.ofSeconds(10);

  private final HttpServer server;
  private final ExecutorService workers;
  private final Onward onward;

  private GatewayServer(HttpServer server, ExecutorService workers, Onward onward) {
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
    var workers = Workers.start();
    var onward = new Onward();
    var relay = new Relay(onward, tls, backend.node(), at.getAddress().isLoopbackAddress());
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
      InetSocketAddress at, Supplier<NodeTls> tls, Dispatcher dispatcher, ExecutorService workers) {
    if (at.getAddress().isLoopbackAddress()) {
      return HttpServer.plain(at, dispatcher);
    }
    var proof = tls.get();
    return HttpServer.secure(at, dispatcher, proof::serving, workers);
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
