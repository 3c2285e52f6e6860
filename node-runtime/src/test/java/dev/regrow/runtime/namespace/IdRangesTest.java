package dev.regrow.runtime.namespace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.regrow.runtime.RuntimeFailure;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class IdRangesTest {

  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path machine;

  private IdRanges node(String uid) {
    return new IdRanges(machine.resolve("claims"), machine.resolve(uid).resolve("id-ranges"), uid);
  }

  @Test
  void a_slot_keeps_its_range_over_a_restart_of_the_agent() {
    var before = node("n1").of("default/web/web-0");

    assertThat(node("n1").of("default/web/web-0")).isEqualTo(before);
  }

  @Test
  void no_two_slots_of_a_machine_share_an_id() {
    var bases = new HashSet<Integer>();
    for (var uid : new String[] {"n1", "n2", "Aa", "BB"}) { // the last two have the same hash code
      var ranges = node(uid);
      for (int i = 0; i < 150; i++) {
        int base = ranges.of("default/web/web-" + i).base();
        assertThat(base).isGreaterThanOrEqualTo(0x70000000).isLessThan(0x7FFF0000);
        assertThat(base % IdRange.SIZE).isZero();
        assertThat(bases.add(base)).as("%s web-%d has a range of its own", uid, i).isTrue();
      }
    }
  }

  @Test
  void a_block_that_another_node_took_meanwhile_is_left_to_it() throws Exception {
    var before = node("Aa").of("default/web/web-0");
    IdRanges.releaseAll(machine.resolve("claims"), "Aa"); // as a reboot does
    var other = node("BB").of("default/web/web-0");

    assertThat(other).isEqualTo(before);
    assertThat(node("Aa").of("default/web/web-0")).isNotEqualTo(other);
  }

  @Test
  void a_released_range_is_given_again_once_no_other_of_its_block_is_left() {
    var ranges = node("n1");
    var first = ranges.of("default/web/web-0");
    ranges.release("default/web/web-0");

    var given = new HashSet<IdRange>();
    for (int i = 0; i < 64; i++) {
      assertThat(given.add(ranges.of("default/api/api-" + i))).isTrue();
    }
    assertThat(given).contains(first);
    assertThat(ranges.of("default/web/web-0")).isNotIn(given);
  }

  @Test
  void a_slot_that_comes_back_has_its_range_without_a_write() throws Exception {
    var ranges = node("n1");
    var before = ranges.of("default/web/web-0");
    var file = machine.resolve("n1").resolve("id-ranges");
    Files.delete(file);

    ranges.release("default/web/web-0");

    assertThat(ranges.of("default/web/web-0")).isEqualTo(before);
    assertThat(file).doesNotExist();
  }

  @Test
  void a_range_that_two_slots_had_in_turn_is_the_second_ones_after_a_restart() {
    var ranges = node("n1");
    var first = ranges.of("default/web/web-0");
    ranges.release("default/web/web-0");
    for (int i = 0; i < 64; i++) {
      ranges.of("default/api/api-" + i);
    }

    var again = node("n1");

    assertThat(again.of("default/api/api-63")).isEqualTo(first);
    assertThat(again.of("default/web/web-0")).isNotEqualTo(first);
  }

  @Test
  void what_a_killed_agent_had_released_is_free_once_the_next_knows_what_lives() {
    var killed = node("n1");
    for (int i = 0; i < 64; i++) {
      killed.of("default/web/web-" + i);
    }
    killed.release("default/web/web-7");

    var next = node("n1");
    next.releaseAllBut(Set.of("default/web/web-0"));

    assertThat(next.of("default/api/api-0").base())
        .isEqualTo(killed.of("default/web/web-1").base());
  }

  @Test
  void a_range_that_could_not_be_written_down_is_not_given_before_it_is() throws Exception {
    var ranges = node("n1");
    var inTheWay = Files.createFile(machine.resolve("n1"));
    assertThatThrownBy(() -> ranges.of("default/web/web-0"))
        .isInstanceOf(RuntimeFailure.class)
        .hasMessageContaining("cannot write " + inTheWay.resolve("id-ranges"));
    Files.delete(inTheWay);

    var given = ranges.of("default/web/web-0");

    assertThat(node("n1").of("default/api/api-0")).isNotEqualTo(given);
    assertThat(node("n1").of("default/web/web-0")).isEqualTo(given);
  }

  @Test
  void a_released_range_that_cannot_be_given_to_another_is_still_the_slots_own() throws Exception {
    var ranges = node("n1");
    var first = ranges.of("default/web/web-0");
    ranges.release("default/web/web-0");
    for (int i = 0; i < 63; i++) {
      ranges.of("default/api/api-" + i);
    }
    var directory = machine.resolve("n1");
    Files.move(directory, machine.resolve("aside"));
    Files.createFile(directory);
    assertThatThrownBy(() -> ranges.of("default/api/api-63")).isInstanceOf(RuntimeFailure.class);
    Files.delete(directory);

    assertThat(ranges.of("default/web/web-0")).isEqualTo(first);
    assertThat(ranges.of("default/api/api-63")).isNotEqualTo(first);
  }

  @Test
  void what_a_slot_lives_with_is_its_own_though_the_file_does_not_know_it() {
    var living = node("n1").of("default/web/web-0");
    var next = new IdRanges(machine.resolve("claims"), machine.resolve("other/id-ranges"), "n1");

    next.adopt("default/web/web-0", living.base());

    assertThat(next.of("default/api/api-0")).isNotEqualTo(living);
    assertThat(next.of("default/web/web-0")).isEqualTo(living);
  }

  @Test
  void a_slot_whose_range_lives_in_another_gets_one_of_its_own() {
    var shared = node("n1").of("default/api/api-0");
    var next = node("n1");

    next.adopt("default/web/web-0", shared.base());

    assertThat(next.of("default/api/api-0")).isNotEqualTo(shared);
    assertThat(next.of("default/web/web-0")).isEqualTo(shared);
  }

  @Test
  void what_is_no_range_of_this_node_is_adopted_by_nobody() {
    var others = node("n2").of("default/web/web-0");
    var ranges = node("n1");

    ranges.adopt("default/web/web-0", 0);
    ranges.adopt("default/web/web-1", others.base() + 1);
    ranges.adopt("default/web/web-2", others.base());

    assertThat(ranges.of("default/web/web-2")).isNotEqualTo(others);
  }

  @Test
  void a_node_that_is_gone_leaves_no_claim() throws Exception {
    node("n1").of("default/web/web-0");
    node("n2").of("default/web/web-0");

    IdRanges.releaseAll(machine.resolve("claims"), "n1");

    try (var claims = Files.list(machine.resolve("claims"))) {
      assertThat(claims).hasSize(1);
    }
  }
}
