package dev.regrow.runtime.logs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

class LogRetentionTest {

  @Property
  void what_stays_is_within_bounds_or_the_youngest_alone_and_no_more_goes_than_must(
      @ForAll @Size(min = 1, max = 10) Map<Integer, @LongRange(min = 0, max = 1000) Long> attempts,
      @ForAll @IntRange(min = 1, max = 5) int count,
      @ForAll @LongRange(min = 0, max = 3000) long bytes) {
    var all = new TreeMap<>(attempts);

    var surplus = LogRetention.surplus(all, count, bytes);

    var kept = new TreeMap<>(all);
    kept.keySet().removeAll(surplus);
    assertThat(kept).containsKey(all.lastKey());
    assertThat(kept.size() == 1 || within(kept, count, bytes)).isTrue();
    if (!surplus.isEmpty()) {
      assertThat(kept.firstKey())
          .isGreaterThan(surplus.stream().max(Integer::compare).orElseThrow());
      var oneMore = new TreeMap<>(kept);
      var last = all.lowerKey(kept.firstKey());
      oneMore.put(last, all.get(last));
      assertThat(within(oneMore, count, bytes)).isFalse();
    }
  }

  private static boolean within(Map<Integer, Long> kept, int count, long bytes) {
    return kept.size() <= count && kept.values().stream().mapToLong(b -> b).sum() <= bytes;
  }
}
