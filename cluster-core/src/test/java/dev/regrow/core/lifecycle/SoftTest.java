package dev.regrow.core.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SoftTest {

  @Test
  void a_change_copies_only_the_map_that_it_changes() {
    var before = Soft.NONE.withUnplaced(new TreeMap<>(Map.of(1, "no room")));

    var after = before.withLost(lost -> lost.put("n1", 7L));

    assertThat(after.lost()).containsEntry("n1", 7L);
    assertThat(before.lost()).isEmpty();
    assertThat(after.unplaced()).isSameAs(before.unplaced());
    assertThat(after.live()).isSameAs(before.live());
  }
}
