package dev.regrow.gateway.http;

import dev.regrow.gateway.metrics.Metrics;
import dev.regrow.gateway.server.Onward;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/** Everything that can be asked of a gateway. */
final class Routes {

  private Routes() {}

  static List<Route> all(
      Backend backend, Relay relay, Onward onward, Metrics metrics, Clock clock) {
    var whereabouts = new Whereabouts(backend, relay);
    var routes = new ArrayList<Route>();
    routes.addAll(new ProbeRoutes(backend, metrics).routes());
    routes.addAll(new WorkloadRoutes(backend.control()).routes());
    routes.addAll(new ObjectRoutes<>(backend.control(), new ObjectKind.Configs()).routes());
    routes.addAll(new ObjectRoutes<>(backend.control(), new ObjectKind.Secrets()).routes());
    routes.addAll(new ObjectRoutes<>(backend.control(), new ObjectKind.Volumes()).routes());
    routes.addAll(new InstanceRoutes(backend.control()).routes());
    routes.addAll(new LogRoutes(whereabouts, clock).routes());
    routes.addAll(new UsageRoutes(whereabouts, backend.node()).routes());
    routes.addAll(new ExecRoutes(whereabouts).routes());
    routes.addAll(new PortRoutes(whereabouts, onward).routes());
    routes.addAll(new ImageRoutes(backend.node(), backend.images(), backend.control()).routes());
    routes.addAll(new FaultRoutes(whereabouts, backend).routes());
    routes.addAll(new EventRoutes(backend.control()).routes());
    routes.addAll(new ClusterRoutes(backend.control()).routes());
    routes.addAll(new BackupRoutes(backend.control()).routes());
    routes.addAll(new TokenRoutes(backend.desk(), backend.control()).routes());
    routes.addAll(new JoinRoutes(backend.admits()).routes());
    return routes;
  }
}
