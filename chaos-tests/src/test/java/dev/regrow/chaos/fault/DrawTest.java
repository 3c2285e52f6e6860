package dev.regrow.chaos.fault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.chaos.fault.Aiming.Scene;
import dev.regrow.chaos.fault.Plan.Planned;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class DrawTest {

  private static final Set<FaultKind> EVERY = EnumSet.allOf(FaultKind.class);
  private static final Scene FIVE =
      new Scene(
          List.of("n1", "n2", "n3", "n4", "n5"),
          List.of("n1", "n2", "n3"),
          "",
          List.of("web", "db"));

  @Property(tries = 100)
  void equal_seeds_give_equal_plans(@ForAll long seed) {
    var length = Duration.ofMinutes(3);

    assertThat(Draw.plan(seed, FIVE, EVERY, length))
        .isEqualTo(Draw.plan(seed, FIVE, EVERY, length));
  }

  @Property(tries = 100)
  void all_is_over_within_the_length(
      @ForAll long seed, @ForAll @IntRange(min = 15, max = 300) int seconds) {
    var length = Duration.ofSeconds(seconds);

    var plan = Draw.plan(seed, FIVE, EVERY, length);

    assertThat(plan.faults()).isNotEmpty();
    assertThat(plan.lastFault()).isLessThanOrEqualTo(length);
  }

  @Property(tries = 100)
  void data_are_lost_of_one_server_at_a_time_while_all_others_work(@ForAll long seed) {
    var plan = Draw.plan(seed, FIVE, EVERY, Duration.ofMinutes(10));

    for (Planned lossy : plan.faults()) {
      if (lossy.fault().kind().harm() == Harm.DATA) {
        assertThat(lossy.fault().on()).hasSize(1).isSubsetOf(FIVE.servers());
        assertThat(plan.faults())
            .filteredOn(other -> !other.equals(lossy) && overlap(lossy, other))
            .allMatch(other -> other.fault().kind().harm() == Harm.LIGHT);
      }
    }
  }

  private static boolean overlap(Planned one, Planned other) {
    return one.at().compareTo(other.until()) <= 0 && other.at().compareTo(one.until()) <= 0;
  }

  @Property(tries = 50)
  void every_kind_comes_before_any_comes_twice_but_for_those_that_must_wait(@ForAll long seed) {
    var plan = Draw.plan(seed, FIVE, EVERY, Duration.ofMinutes(12));

    var kinds = plan.faults().stream().map(each -> each.fault().kind()).collect(Collectors.toSet());
    assertThat(kinds).isEqualTo(EVERY);
  }

  @Test
  void only_names_are_left_and_faults_overlap() {
    var plan = Draw.plan(7, FIVE, EVERY, Duration.ofMinutes(3));

    assertThat(plan.faults())
        .allMatch(each -> each.fault().on().stream().noneMatch(Aiming.WORDS::contains));
    assertThat(plan.faults())
        .anyMatch(
            one -> plan.faults().stream().anyMatch(two -> !one.equals(two) && overlap(one, two)));
  }

  @Test
  void what_cannot_mean_anything_is_not_drawn() {
    var lonely = new Scene(List.of("n1"), List.of("n1"), "n1", List.of());

    var plan = Draw.plan(7, lonely, EVERY, Duration.ofMinutes(5));

    assertThat(plan.faults())
        .extracting(each -> each.fault().kind())
        .doesNotContain(FaultKind.PARTITION, FaultKind.SERVER_WIPED, FaultKind.INSTANCE_KILL)
        .contains(FaultKind.JVM_KILL);
    assertThat(Draw.plan(7, FIVE, Set.of(), Duration.ofMinutes(1)).faults()).isEmpty();
  }
}
