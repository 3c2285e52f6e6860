package dev.regrow.gateway.http;

import com.typesafe.config.ConfigFactory;
import dev.regrow.gateway.metrics.Metrics;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.ServerBinding;
import org.apache.pekko.http.javadsl.settings.ServerSettings;
import org.apache.pekko.stream.SystemMaterializer;

/** The listener: binds, hands requests to the {@link Dispatcher}, and lets go gracefully. */
public final class GatewayServer {

  private static final Duration HANDLER_PATIENCE = Duration.ofSeconds(15);
  private static final Duration BODY_PATIENCE = Duration.ofSeconds(10);

  private final ServerBinding binding;

  private GatewayServer(ServerBinding binding) {
    this.binding = binding;
  }

  /**
   * Listens in plain HTTP, on a loopback address only.
   *
   * @param at port 0: any free one
   * @return fails with what the bind failed with; with IllegalArgumentException for an address that
   *     would let the token be read on its way
   */
  public static CompletionStage<GatewayServer> start(
      ActorSystem system, InetSocketAddress at, Backend backend, Metrics metrics) {
    if (at.isUnresolved() || !at.getAddress().isLoopbackAddress()) {
      throw new IllegalArgumentException(
          "the gateway speaks plain HTTP, so it listens on a loopback address only and not on "
              + at.getHostString()
              + "; give --bind 127.0.0.1 (TLS comes with clusters of many machines)");
    }
    var clock = Clock.systemUTC();
    var dispatcher =
        new Dispatcher(
            new Router(Routes.all(backend, metrics, clock)),
            backend.tokens(),
            new BodyReader(SystemMaterializer.get(system).materializer(), BODY_PATIENCE),
            metrics,
            () -> backend.control().get().index(),
            HANDLER_PATIENCE);
    return Http.get(system)
        .newServerAt(at.getAddress().getHostAddress(), at.getPort())
        .withSettings(settings(system))
        .bind(dispatcher::dispatch)
        .thenApply(GatewayServer::new);
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return binding.localAddress();
  }

  /** Takes no new connection, lets answers finish for so long, then ends what is left. */
  public CompletionStage<Void> stop(Duration drain) {
    return binding.terminate(drain).thenAccept(ended -> {});
  }

  private static ServerSettings settings(ActorSystem system) {
    var own = ConfigFactory.parseResources(GatewayServer.class, "/regrow-gateway.conf");
    return ServerSettings.create(own.withFallback(system.settings().config()).resolve());
  }
}
