package dev.regrow.gateway.http;

import dev.regrow.gateway.metrics.Metrics;
import dev.regrow.gateway.server.Onward;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Everything that can be asked of a gateway. */
final class Routes {

  private Routes() {}

  static List<Route> all(
      Backend backend, Relay relay, Onward onward, Metrics metrics, Clock clock) {
    var whereabouts = new Whereabouts(backend, relay);
    var control = backend.control();
    var routes = new ArrayList<Route>();
    routes.addAll(new ProbeRoutes(backend, metrics).routes());
    routes.addAll(new LogRoutes(whereabouts, clock).routes());
    routes.addAll(new UsageRoutes(whereabouts, backend.node()).routes());
    routes.addAll(new ExecRoutes(whereabouts).routes());
    routes.addAll(new PortRoutes(whereabouts, onward).routes());
    routes.addAll(new ImageRoutes(backend.node(), backend.images(), whereabouts).routes());
    routes.addAll(new FaultRoutes(whereabouts, backend).routes());
    Stream.of(
            new WorkloadRoutes(control).routes(),
            new ObjectRoutes<>(control, new ObjectKind.Configs()).routes(),
            new ObjectRoutes<>(control, new ObjectKind.Secrets()).routes(),
            new ObjectRoutes<>(control, new ObjectKind.Volumes()).routes(),
            new ObjectRoutes<>(control, new ObjectKind.Namespaces()).routes(),
            new InstanceRoutes(control).routes(),
            new EventRoutes(control).routes(),
            new ClusterRoutes(control).routes(),
            new BackupRoutes(control).routes(),
            new TokenRoutes(backend.desk(), control).routes(),
            new JoinRoutes(backend.admits()).routes())
        .flatMap(List::stream)
        .map(whereabouts::onServers)
        .forEach(routes::add);
    return routes;
  }
}
