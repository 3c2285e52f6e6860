package dev.regrow.gateway.http;

import com.typesafe.config.ConfigFactory;
import dev.regrow.core.identity.NodeTls;
import dev.regrow.gateway.metrics.Metrics;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.http.javadsl.ConnectionContext;
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
   * Listens in plain HTTP on a loopback address, and by TLS on any other.
   *
   * @param at port 0: any free one
   * @param tls what the node proves itself with; not read for a loopback address
   * @return fails with what the bind failed with
   */
  public static CompletionStage<GatewayServer> start(
      ActorSystem system,
      InetSocketAddress at,
      Supplier<NodeTls> tls,
      Backend backend,
      Metrics metrics) {
    if (at.isUnresolved()) {
      throw new IllegalArgumentException("%s is no address".formatted(at.getHostString()));
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
    var listener =
        Http.get(system)
            .newServerAt(at.getAddress().getHostAddress(), at.getPort())
            .withSettings(settings(system));
    if (!at.getAddress().isLoopbackAddress()) {
      var proof = tls.get();
      listener = listener.enableHttps(ConnectionContext.httpsServer(proof::serving));
    }
    return listener.bind(dispatcher::dispatch).thenApply(GatewayServer::new);
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
