package dev.regrow.actors.content;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

/** Which contents may go. */
class UnusedTest {

  private static final long LONG = Unused.KEPT_MILLIS;

  @Test
  void what_no_revision_has_used_for_long_may_go() {
    var first = Unused.NONE.looked(Set.of("a", "b"), Set.of("b"), 1_000);
    var later = first.looked(Set.of("a", "b"), Set.of("b"), 1_000 + LONG);

    assertThat(first.over("a", 1_000)).isFalse();
    assertThat(later.over("a", 1_000 + LONG)).isTrue();
    assertThat(later.over("b", 1_000 + LONG)).isFalse();
  }

  @Test
  void what_was_used_in_between_is_kept_as_long_again() {
    var unused =
        Unused.NONE
            .looked(Set.of("a"), Set.of(), 0)
            .looked(Set.of("a"), Set.of("a"), LONG / 2)
            .looked(Set.of("a"), Set.of(), LONG);

    assertThat(unused.over("a", LONG)).isFalse();
    assertThat(unused.over("a", 2 * LONG)).isTrue();
  }

  @Property
  void what_is_used_never_goes(
      @ForAll Set<String> kept, @ForAll Set<String> used, @ForAll @LongRange(min = 0) long now) {
    var unused = Unused.NONE.looked(kept, used, 0).looked(kept, used, now);

    assertThat(used).noneMatch(key -> unused.over(key, now));
  }
}
