package dev.regrow.schema;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.schema.testing.Workloads;
import dev.regrow.v1.Capability;
import dev.regrow.v1.FieldChange;
import dev.regrow.v1.Workload;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class DiffTest {

  @Test
  void changes_are_named_by_dotted_paths_and_written_as_in_manifests() {
    Workload before = Schema.withDefaults(Workloads.smallest("web"));
    Workload.Builder after = before.toBuilder().setReplicas(3).putLabels("team", "shop");
    after.getInstanceBuilder().addCommand("more").getResourcesBuilder().setMemory(1L << 30);

    assertThat(shown(Diff.between(before, after.build())))
        .containsExactly(
            "labels.team:  -> shop",
            "replicas:  -> 3",
            "instance.command: [/bin/sleep, infinity] -> [/bin/sleep, infinity, more]",
            "instance.resources.memory: 128Mi -> 1Gi");
  }

  @Test
  void enumerations_in_lists_are_written_as_in_manifests() {
    Workload before = Workloads.smallest("web");
    Workload.Builder after = before.toBuilder();
    after
        .getInstanceBuilder()
        .getSecurityBuilder()
        .addCapabilities(Capability.CAP_CHOWN)
        .addCapabilities(Capability.CAP_KILL);

    assertThat(shown(Diff.between(before, after.build())))
        .containsExactly("instance.security.capabilities:  -> [CHOWN, KILL]");
  }

  @Test
  void values_of_the_environment_are_never_shown() {
    Workload.Builder before = Workloads.smallest("web").toBuilder();
    before
        .getInstanceBuilder()
        .putEnv("KEPT", "s3cret")
        .putEnv("CHANGED", "s3cret")
        .putEnv("GONE", "s3cret");
    Workload.Builder after = Workloads.smallest("web").toBuilder();
    after
        .getInstanceBuilder()
        .putEnv("KEPT", "s3cret")
        .putEnv("CHANGED", "s3cret2")
        .putEnv("NEW", "s3cret");

    List<String> changes = shown(Diff.between(before.build(), after.build()));

    assertThat(changes)
        .containsExactly(
            "instance.env.CHANGED: (set) -> (another value)",
            "instance.env.GONE: (set) -> ",
            "instance.env.NEW:  -> (set)");
  }

  @Test
  void what_only_the_server_sets_is_no_change() {
    Workload before = Workloads.smallest("web");

    assertThat(
            Diff.between(before, before.toBuilder().setIndex(9).setRevision(2).setUid("u").build()))
        .isEmpty();
  }

  @Property(tries = 300)
  void there_is_a_change_exactly_when_the_declarations_differ(@ForAll long one, @ForAll long two) {
    Workload before = Schema.withDefaults(Workloads.random(new Random(one)));
    Workload after = Schema.withDefaults(Workloads.random(new Random(two)));

    assertThat(Diff.between(before, before)).isEmpty();
    assertThat(Diff.between(before, after).isEmpty()).isEqualTo(before.equals(after));
  }

  private static List<String> shown(List<FieldChange> changes) {
    return changes.stream()
        .map(it -> it.getField() + ": " + it.getBefore() + " -> " + it.getAfter())
        .toList();
  }
}
