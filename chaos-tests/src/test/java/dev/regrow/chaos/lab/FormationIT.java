package dev.regrow.chaos.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.chaos.cluster.Await;
import dev.regrow.chaos.scenario.Programs;
import dev.regrow.chaos.scenario.RealNodes;
import dev.regrow.client.Calls;
import dev.regrow.v1.Instance;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Several machines become one cluster. In the full form only: the other scenarios form theirs the
 * same way.
 */
@RealNodes
@EnabledIfSystemProperty(named = "regrow.full", matches = "true")
class FormationIT {

  private static final Duration SOON = Duration.ofSeconds(60);

  @ParameterizedTest
  @ValueSource(ints = {3, 5})
  void machines_form_one_cluster_that_runs_a_workload_on_all_of_them(int count) {
    try (Lab lab = Lab.open(RealNodes.Here.home())) {
      long began = System.nanoTime();
      Machine first = Formation.form(lab, count).get(0);
      System.out.printf("%d nodes after %d ms%n", count, (System.nanoTime() - began) / 1_000_000);
      try (var client = LabClient.of(first)) {
        client.send(Calls.apply(Programs.complete(Programs.sleeper("spread", 2 * count))));

        List<Instance> instances =
            Await.until(
                "instances on " + count + " machines",
                SOON,
                () -> client.send(Calls.instancesOf(Programs.NAMESPACE, "spread")).getItemsList(),
                seen ->
                    seen.size() == 2 * count
                        && seen.stream().allMatch(Instance::getReady)
                        && seen.stream().map(Instance::getNode).distinct().count() == count);

        assertThat(instances).extracting(Instance::getNode).isSubsetOf(lab.names());
      }
    }
  }
}
