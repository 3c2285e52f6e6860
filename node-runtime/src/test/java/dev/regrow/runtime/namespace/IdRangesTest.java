package dev.regrow.runtime.namespace;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
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
  void a_released_range_is_given_again() {
    var ranges = node("n1");
    var first = ranges.of("default/web/web-0");
    ranges.release("default/web/web-0");

    assertThat(ranges.of("default/api/api-0")).isEqualTo(first);
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
