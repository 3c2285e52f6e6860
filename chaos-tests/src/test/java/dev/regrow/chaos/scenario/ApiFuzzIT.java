package dev.regrow.chaos.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.chaos.fuzz.ApiFuzz;
import dev.regrow.client.ContextFile;
import org.junit.jupiter.api.Test;

/** Whatever is asked of the API, nothing of it is a fault of the server. */
@RealNodes
class ApiFuzzIT {

  @Test
  void a_node_stands_all_that_its_description_lets_one_ask_and_serves_on() throws Exception {
    long seed = Effort.seed("api fuzz");
    try (var arena = Arena.open(RealNodes.Here.home())) {
      var node = arena.node("fuzzed").start();
      var context = ContextFile.at(node.jvm().contextFile()).read().orElseThrow();

      var findings =
          ApiFuzz.run(
              node.jvm().uri(), context.token(), seed, Effort.of("requests", 1_500, 30_000));

      assertThat(findings.faults()).as("seed %d", seed).isEmpty();
      assertThat(findings.unasked()).isEmpty();
      assertThat(findings.statuses()).as("some are right").containsKeys(200, 201, 404, 422);
      node.apply(Programs.sleeper("after", 1));
      node.awaitReady("after", 1);
    }
  }
}
