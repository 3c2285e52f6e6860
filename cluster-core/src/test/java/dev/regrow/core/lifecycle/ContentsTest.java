package dev.regrow.core.lifecycle;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.core.codec.DeclaredCodec;
import dev.regrow.core.model.ContentRef;
import dev.regrow.core.model.Revision;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.v1.InstanceTemplate;
import dev.regrow.v1.Kind;
import dev.regrow.v1.Network;
import dev.regrow.v1.Resources;
import dev.regrow.v1.Workload;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Which revision follows from which contents. */
class ContentsTest {

  private static final ContentRef WEB = new ContentRef(ContentRef.Kind.CONFIG, "web");
  private static final ContentRef LIMITS = new ContentRef(ContentRef.Kind.CONFIG, "limits");

  private final Simulation sim = new Simulation(7, 2, 1L << 40);

  @Test
  void a_change_of_what_it_uses_makes_a_new_revision_that_rolls_out() {
    apply("good", holding(WEB, "a"));
    var before = sim.records().assignments().keySet();

    read(holding(WEB, "b"));

    assertThat(current(sim).cause()).isEqualTo("config web changed");
    assertThat(contents()).isEqualTo(holding(WEB, "b"));
    assertThat(sim.status().revision()).isEqualTo(2);
    assertThat(sim.records().assignments().keySet()).doesNotContainAnyElementsOf(before);
    assertThat(sim.atPeace()).isTrue();
  }

  @Test
  void what_holds_the_same_as_before_changes_nothing() {
    apply("good", holding(WEB, "a"));
    var index = sim.store.appliedIndex();

    read(holding(WEB, "a"));
    read(new TreeMap<>()); // It was deleted: the revision keeps what it has.
    apply("good", holding(WEB, "a"));

    assertThat(sim.store.appliedIndex()).isEqualTo(index);
  }

  @Test
  void a_rollback_keeps_the_old_content_until_somebody_changes_it_again() {
    apply("good", holding(WEB, "a"));
    read(holding(WEB, "b"));

    ask(new Ask.Rollback(0));
    read(holding(WEB, "b"));
    apply("good", holding(WEB, "b"));
    var kept = contents();
    read(holding(WEB, "c"));

    assertThat(kept).isEqualTo(holding(WEB, "a"));
    assertThat(contents()).isEqualTo(holding(WEB, "c"));
    assertThat(workload(sim).rollout().revision()).isEqualTo(4);
  }

  @Test
  void another_template_takes_what_the_objects_hold_now() {
    apply("good", holding(WEB, "a"));
    read(holding(WEB, "b"));
    ask(new Ask.Rollback(0));

    apply("better", holding(WEB, "b"));

    assertThat(contents()).isEqualTo(holding(WEB, "b"));
  }

  @Test
  void a_rollback_to_a_template_that_used_another_object_does_not_take_its_new_content() {
    apply("good", holding(WEB, "a"));
    apply("better", holding(LIMITS, "x"));

    ask(new Ask.Rollback(0));
    read(holding(WEB, "b"));
    var kept = contents();
    read(holding(WEB, "c"));

    assertThat(kept).isEqualTo(holding(WEB, "a"));
    assertThat(contents()).isEqualTo(holding(WEB, "c"));
  }

  @Test
  void who_uses_what_is_stored_with_the_revision_that_does_and_gone_with_the_workload() {
    apply("good", holding(WEB, "a"));
    var first = users();
    apply("better", holding(LIMITS, "x"));
    var second = users();
    ask(new Ask.Delete());

    assertThat(first).containsExactly("users/default/config/web/web");
    assertThat(second).containsExactly("users/default/config/limits/web");
    assertThat(users()).isEmpty();
  }

  @Test
  void a_content_that_serves_nobody_is_reverted_and_not_tried_again() {
    apply("good", holding(WEB, "a"));

    apply("bad", holding(WEB, "b"));
    sim.pass(600_000);
    read(holding(WEB, "b"));

    assertThat(current(sim).cause()).startsWith("auto-revert");
    assertThat(contents()).isEqualTo(holding(WEB, "a"));
  }

  /** Whatever happens in whatever order: what was looked at is known, and looking twice is idle. */
  @Property(tries = 200)
  void looking_again_never_changes_anything(@ForAll long seed) {
    var random = new Random(seed);
    var world = new Simulation(seed, 2, 1L << 40);
    SortedMap<ContentRef, String> present = new TreeMap<>(holding(WEB, "0"));
    present.put(LIMITS, "0");
    ask(world, applied("good", present));
    for (int i = 0; i < 12; i++) {
      switch (random.nextInt(4)) {
        case 0 -> present.put(random.nextBoolean() ? WEB : LIMITS, "" + random.nextInt(3));
        case 1 -> world.fact(new Input.ContentsRead(present));
        case 2 -> ask(world, new Ask.Rollback(0));
        default -> ask(world, applied(random.nextBoolean() ? "good" : "fine", present));
      }
      world.pass(random.nextInt(5_000));
    }
    world.pass(60_000);
    world.fact(new Input.ContentsRead(present));
    world.pass(60_000);
    var settled = workload(world);
    var same = current(world).template();

    world.fact(new Input.ContentsRead(present));
    world.pass(60_000);

    assertThat(settled.seen()).isEqualTo(present);
    assertThat(workload(world).rollout()).isEqualTo(settled.rollout());
    assertThat(Contents.applied(same.holding(present), same, settled.seen()).contents())
        .as("an equal apply")
        .isEqualTo(same.contents());
  }

  private static dev.regrow.core.model.Workload workload(Simulation sim) {
    return requireNonNull(sim.records().workload());
  }

  private static Revision current(Simulation sim) {
    return requireNonNull(sim.records().current());
  }

  private List<String> users() {
    return sim.entries(RangeQuery.prefix(Keys.USERS)).stream().map(entry -> entry.key()).toList();
  }

  private SortedMap<ContentRef, String> contents() {
    return current(sim).template().contents();
  }

  private void apply(String command, SortedMap<ContentRef, String> contents) {
    ask(applied(command, contents));
  }

  private void ask(Ask ask) {
    ask(sim, ask);
  }

  private static void ask(Simulation sim, Ask ask) {
    sim.ask(ask);
    sim.pass(60_000);
  }

  private void read(SortedMap<ContentRef, String> present) {
    sim.fact(new Input.ContentsRead(present));
    sim.pass(60_000);
  }

  private static SortedMap<ContentRef, String> holding(ContentRef ref, String hash) {
    return new TreeMap<>(java.util.Map.of(ref, hash));
  }

  private static Ask.Apply applied(String command, SortedMap<ContentRef, String> contents) {
    var declared =
        Workload.newBuilder()
            .setKind(Kind.SERVICE)
            .setNamespace(Simulation.NAMESPACE)
            .setName(Simulation.NAME)
            .setReplicas(2)
            .setInstance(
                InstanceTemplate.newBuilder()
                    .addCommand(command)
                    .setNetwork(Network.NONE)
                    .setResources(Resources.newBuilder().setMemory(100L << 20)))
            .build();
    return new Ask.Apply(DeclaredCodec.declared(declared, contents, ""), "uid-1");
  }
}
