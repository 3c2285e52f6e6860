package dev.regrow.actors.instance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.actors.instance.InstanceSupervisor.RenewLease;
import dev.regrow.actors.link.NodeOrder;
import dev.regrow.actors.testing.Orders;
import java.time.Duration;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class LeaseTest {

  private static final long SECOND = Duration.ofSeconds(1).toNanos();
  private static final String ID = "web-2-x4f";
  private static final InstanceMemory FREE = InstanceMemory.of(Orders.run(ID, 7));
  private static final InstanceMemory EXCLUSIVE = leased(true, 0);

  private final Lease lease = new Lease(Duration.ofSeconds(10));

  @Property
  void a_start_has_a_second_of_the_longest_renewal_left_whatever_order_they_came_in(
      @ForAll List<@LongRange(max = 100_000) Long> sentMillis,
      @ForAll @LongRange(max = 100_000) long nowMillis) {
    var all = new Lease(Duration.ofSeconds(10));
    sentMillis.forEach(sent -> all.renewed(EXCLUSIVE, renewal(millis(sent), true)));

    long newest = sentMillis.stream().mapToLong(sent -> sent).max().orElse(-10_000);
    assertThat(all.allowsStart(EXCLUSIVE, millis(nowMillis)))
        .isEqualTo(nowMillis <= newest + 9_000);
    assertThat(all.until()).isEqualTo(millis(newest + 10_000));
  }

  @Property
  void what_may_not_start_lives_on_all_the_same(
      @ForAll List<@LongRange(max = 100_000) Long> sentMillis) {
    var never = new Lease(Duration.ofSeconds(10));
    for (long sent : sentMillis) {
      assertThat(never.renewed(EXCLUSIVE, renewal(millis(sent), false)))
          .hasValue(millis(sent) + 10 * SECOND);
      assertThat(never.allowsStart(EXCLUSIVE, millis(sent))).isFalse();
    }
  }

  @Test
  void what_lives_on_no_lease_starts_at_any_time_and_is_given_none() {
    assertThat(lease.allowsStart(FREE, Long.MAX_VALUE)).isTrue();
    assertThat(lease.renewed(FREE, renewal(SECOND, true))).isEmpty();
    assertThat(lease.until()).isZero();
  }

  @Test
  void it_is_as_long_as_the_shorter_of_what_is_usual_and_what_was_ordered() {
    assertThat(lease.renewed(leased(true, 4_000), renewal(SECOND, true))).hasValue(5 * SECOND);
    assertThat(lease.renewed(leased(true, 60_000), renewal(SECOND, true))).hasValue(11 * SECOND);
    assertThat(lease.renewed(leased(false, 60_000), renewal(SECOND, true))).hasValue(61 * SECOND);
  }

  private static InstanceMemory leased(boolean exclusive, long stopAfterMillis) {
    return InstanceMemory.of(
        new NodeOrder.Run(
            Orders.assignment(ID, "web-2", 7),
            Orders.template(),
            Orders.ALWAYS,
            exclusive,
            0,
            stopAfterMillis));
  }

  private static RenewLease renewal(long sent, boolean mayStart) {
    return new RenewLease(sent, mayStart);
  }

  private static long millis(long count) {
    return Duration.ofMillis(count).toNanos();
  }
}
