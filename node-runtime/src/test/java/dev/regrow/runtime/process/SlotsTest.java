package dev.regrow.runtime.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.runtime.InstanceKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class SlotsTest {

  private final Slots slots = new Slots();

  /** Each number is an instance, in one of three slots, that comes or, if it is there, goes. */
  @Property
  void a_slot_is_free_when_the_last_instance_in_it_leaves_and_not_before(
      @ForAll List<@IntRange(max = 8) Integer> moves) {
    var present = new TreeSet<Integer>();
    for (int instance : moves) {
      if (present.add(instance)) {
        slots.take(key("web", instance), slot(instance));
      } else {
        present.remove(instance);
        boolean last = present.stream().noneMatch(other -> slot(other).equals(slot(instance)));

        assertThat(freedBy(key("web", instance)))
            .isEqualTo(last ? List.of(slot(instance)) : List.of());
      }
    }
    assertThat(slots.taken().keySet())
        .containsExactlyInAnyOrderElementsOf(
            present.stream().map(instance -> key("web", instance)).toList());
    present.forEach(instance -> freedBy(key("web", instance)));
  }

  @Test
  void workloads_have_slots_of_their_own_whatever_these_are_called() {
    slots.take(key("web", 0), "one");
    slots.take(key("api", 1), "one");

    assertThat(freedBy(key("web", 0))).containsExactly("one");
    assertThat(slots.taken()).isEqualTo(Map.of(key("api", 1), "one"));
  }

  @Test
  void what_has_left_or_never_came_frees_nothing() {
    slots.take(key("web", 0), "one");

    assertThat(freedBy(key("web", 0))).containsExactly("one");
    assertThat(freedBy(key("web", 0))).isEmpty();
    assertThat(freedBy(key("web", 1))).isEmpty();
  }

  private List<String> freedBy(InstanceKey leaving) {
    var freed = new ArrayList<String>();
    slots.leave(leaving, freed::add);
    return freed;
  }

  private static String slot(int instance) {
    return "web-" + instance % 3;
  }

  private static InstanceKey key(String workload, int instance) {
    return new InstanceKey("shop", workload, "i" + instance);
  }
}
