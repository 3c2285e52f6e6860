package dev.regrow.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.gateway.auth.Role;
import dev.regrow.gateway.auth.Tokens;
import dev.regrow.gateway.metrics.Metrics;
import dev.regrow.gateway.server.Onward;
import dev.regrow.gateway.testing.FakeControlPlane;
import dev.regrow.gateway.testing.FakeLogs;
import dev.regrow.schema.Route.Access;
import dev.regrow.v1.NodeJoinReply;
import java.time.Clock;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class RoutesTest {

  /** Served, but for machines that know them by convention. */
  private static final Set<String> NOT_DESCRIBED = Set.of("GET /", "GET /metrics");

  private final FakeControlPlane control = new FakeControlPlane();
  private final List<Route> served =
      Routes.all(
          new Backend(
              "n1",
              () -> control,
              control::notReady,
              new FakeLogs(),
              Optional::empty,
              Optional::empty,
              new Tokens(Clock.systemUTC()),
              Optional::empty,
              (request, server) ->
                  CompletableFuture.completedFuture(NodeJoinReply.getDefaultInstance()),
              Optional::empty),
          new Relay(
              new Onward(),
              () -> {
                throw new IllegalStateException("nobody is called");
              },
              "n1",
              true),
          new Onward(),
          new Metrics(),
          Clock.systemUTC());

  @Test
  void what_is_served_is_what_the_schema_describes() {
    var described =
        dev.regrow.schema.Routes.ALL.stream()
            .map(route -> route.method() + " " + route.path())
            .filter(route -> !NOT_DESCRIBED.contains(route))
            .collect(Collectors.toSet());

    var offered =
        served.stream()
            .map(route -> route.method() + " " + route.path().text())
            .filter(route -> !NOT_DESCRIBED.contains(route))
            .collect(Collectors.toSet());

    assertThat(offered).isEqualTo(described);
  }

  @Test
  void each_route_needs_the_token_and_takes_the_parameters_that_the_schema_says() {
    for (var described : dev.regrow.schema.Routes.ALL) {
      var route =
          served.stream()
              .filter(one -> one.method().equals(described.method()))
              .filter(one -> one.path().text().equals(described.path()))
              .min(Comparator.comparing(one -> one.path().text()))
              .orElseThrow();

      var needed = route.needs().map(Role::name).orElse(Access.OPEN.name());
      assertThat(needed).as(described.path()).isEqualTo(described.access().name());
      var named =
          described.parameters().stream()
              .map(dev.regrow.schema.Route.Parameter::name)
              .filter(name -> !name.equals("consistent"))
              .toList();
      assertThat(route.parameters()).as(described.path()).containsAll(named);
    }
  }
}
