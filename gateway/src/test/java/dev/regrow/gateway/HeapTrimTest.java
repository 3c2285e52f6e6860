package dev.regrow.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HeapTrimTest {

  private static final long MIB = 1L << 20;

  @Test
  void a_little_garbage_is_left_where_it_is() {
    assertThat(HeapTrim.isWorth(10 * MIB, 12 * MIB)).isFalse();
    assertThat(HeapTrim.isWorth(10 * MIB, 14 * MIB)).isTrue();
  }

  @Test
  void a_larger_heap_may_hold_more_of_it_so_that_collecting_does_not_become_all_that_it_does() {
    assertThat(HeapTrim.isWorth(60 * MIB, 69 * MIB)).isFalse();
    assertThat(HeapTrim.isWorth(60 * MIB, 71 * MIB)).isTrue();
  }
}
