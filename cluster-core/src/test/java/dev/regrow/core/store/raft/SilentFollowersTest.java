package dev.regrow.core.store.raft;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SilentFollowersTest {

  private static final long AFTER = SilentFollowers.AFTER.toMillis();

  private long now = 1_000_000;
  private final SilentFollowers followers = new SilentFollowers(() -> now);

  @Test
  void one_that_has_just_answered_keeps_its_connection() {
    assertThat(followers.isDue("a", AFTER - 1)).isFalse();
  }

  @Test
  void a_silent_one_gets_a_new_connection_and_some_time_with_it() {
    assertThat(followers.isDue("a", AFTER)).isTrue();
    assertThat(followers.isDue("b", AFTER)).as("each by itself").isTrue();
    now += AFTER - 1;
    assertThat(followers.isDue("a", 2 * AFTER - 1)).isFalse();
    now += 1;
    assertThat(followers.isDue("a", 2 * AFTER)).isTrue();
  }

  @Test
  void the_longer_it_is_silent_the_more_seldom_it_is_tried() {
    assertThat(followers.isDue("a", 80_000)).isTrue();
    now += 9_999;
    assertThat(followers.isDue("a", 80_000)).isFalse();
    now += 1;
    assertThat(followers.isDue("a", 80_000)).isTrue();
  }
}
