package dev.regrow.chaos.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class CutsTest {

  private static final List<String> FIVE = machines(5);

  @Property
  void a_group_set_apart_hears_itself_and_nobody_else(
      @ForAll @IntRange(min = 1, max = 9) int size, @ForAll @IntRange(min = 0, max = 9) int some) {
    var all = machines(size);
    var group = all.subList(0, Math.min(some, size));

    var cuts = Cuts.apart(group, all);

    for (String from : all) {
      for (String to : all) {
        boolean together = group.contains(from) == group.contains(to);
        assertThat(hears(cuts, from, to)).as("%s to %s", from, to).isEqualTo(together);
      }
    }
  }

  @Test
  void one_way_is_not_the_other() {
    var cuts = Cuts.oneWay(List.of("n1"), List.of("n2", "n3"));

    assertThat(cuts).containsExactly(new Cut("n1", "n2"), new Cut("n1", "n3"));
  }

  @Test
  void a_bridge_hears_both_halves_that_do_not_hear_each_other() {
    var cuts = Cuts.between(List.of("n1", "n2"), List.of("n4", "n5"));

    assertThat(FIVE).allMatch(each -> hears(cuts, "n3", each) && hears(cuts, each, "n3"));
    assertThat(hears(cuts, "n1", "n4")).isFalse();
    assertThat(hears(cuts, "n5", "n2")).isFalse();
  }

  @Property
  void in_a_ring_of_majorities_each_hears_a_majority_and_no_two_the_same(
      @ForAll @IntRange(min = 2, max = 7) int half) {
    var all = machines(2 * half + 1);

    var cuts = Cuts.majoritiesRing(all);

    Collection<Set<String>> heard =
        all.stream()
            .map(
                each -> Set.copyOf(all.stream().filter(other -> hears(cuts, other, each)).toList()))
            .toList();
    assertThat(heard).allMatch(some -> some.size() > all.size() / 2);
    assertThat(heard).doesNotHaveDuplicates();
    assertThat(heard).allMatch(some -> some.size() < all.size());
  }

  @Test
  void no_machine_can_be_cut_off_from_itself() {
    assertThatThrownBy(() -> new Cut("n1", "n1")).hasMessageContaining("n1");
  }

  private static boolean hears(Collection<Cut> cuts, String from, String to) {
    return from.equals(to) || !cuts.contains(new Cut(from, to));
  }

  private static List<String> machines(int size) {
    return IntStream.rangeClosed(1, size).mapToObj(i -> "n" + i).toList();
  }
}
