package dev.regrow.runtime.fault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.runtime.InstanceKey;
import dev.regrow.runtime.fault.FaultJudge.Facts;
import dev.regrow.runtime.fault.FaultJudge.Target;
import dev.regrow.runtime.fault.FaultOrder.Peer;
import dev.regrow.runtime.fault.FaultRefused.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class FaultJudgeTest {

  private static final InstanceKey WEB = new InstanceKey("shop", "web", "web-0-a");
  private static final Target TARGET = new Target("web-0", "10.208.0.2", 100 << 20);
  private static final Duration LENGTH = Duration.ofSeconds(10);

  @ParameterizedTest
  @EnumSource(FaultKind.class)
  void nothing_is_done_that_the_operator_does_not_let_happen(FaultKind kind) {
    var others = EnumSet.complementOf(EnumSet.of(kind));

    var refusal = FaultJudge.refusal(order(kind), new Facts(others, true, TARGET, List.of()));

    assertThat(refusal).map(FaultRefused::kind).contains(Kind.NOT_ALLOWED);
    assertThat(refusal.orElseThrow().why()).contains("--allow-faults " + kind.text());
  }

  @ParameterizedTest
  @EnumSource(FaultKind.class)
  void what_is_let_happen_and_makes_sense_is_begun_and_says_what_it_affects(FaultKind kind) {
    assertThat(FaultJudge.refusal(order(kind), facts(TARGET))).isEmpty();
    assertThat(FaultJudge.affects(order(kind), TARGET, 3)).isNotEmpty();
  }

  @Property
  void a_jvm_stands_still_for_a_minute_at_most_and_everything_else_lasts_ten(
      @ForAll @LongRange(min = 1, max = 700) long seconds, @ForAll FaultKind kind) {
    var plain = order(kind);
    var order =
        new FaultOrder(kind, plain.instance(), plain.peers(), Duration.ofSeconds(seconds), 1, 0);

    assertThat(FaultJudge.refusal(order, facts(TARGET)).isPresent())
        .isEqualTo(seconds > (kind == FaultKind.JVM_STOP ? 60 : 600));
  }

  @Test
  void an_instance_that_is_not_here_is_not_found() {
    assertThat(refused(order(FaultKind.INSTANCE_KILL), facts(null))).isEqualTo(Kind.NOT_FOUND);
  }

  @Test
  void who_has_no_address_cannot_be_cut_off() {
    var none = new Target("web-0", "", 0);

    assertThat(refused(order(FaultKind.INSTANCE_CUT), facts(none))).isEqualTo(Kind.CONFLICT);
  }

  @Test
  void where_there_is_no_cgroup_v2_nothing_is_paused() {
    var old = new Facts(EnumSet.allOf(FaultKind.class), false, TARGET, List.of());

    assertThat(refused(order(FaultKind.INSTANCE_PAUSE), old)).isEqualTo(Kind.CONFLICT);
  }

  @Test
  void without_a_limit_it_must_be_said_how_much_memory_is_taken() {
    var unlimited = new Target("web-0", "", 0);
    var some = new FaultOrder(FaultKind.INSTANCE_MEMORY, WEB, List.of(), LENGTH, 1, 4096);

    assertThat(refused(order(FaultKind.INSTANCE_MEMORY), facts(unlimited))).isEqualTo(Kind.INVALID);
    assertThat(FaultJudge.refusal(some, facts(unlimited))).isEmpty();
    assertThat(FaultJudge.memoryBytes(some, unlimited)).isEqualTo(4096);
    assertThat(FaultJudge.memoryBytes(order(FaultKind.INSTANCE_MEMORY), TARGET))
        .isEqualTo(80 << 20);
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.2", "fd00::1", "db.example"})
  void machines_are_cut_off_from_others_by_ipv4_address(String address) {
    var order = new FaultOrder(FaultKind.PARTITION, null, peers(address), LENGTH, 1, 0);

    assertThat(refused(order, facts(null))).isEqualTo(Kind.CONFLICT);
  }

  @Test
  void a_machine_of_which_the_address_alone_is_known_is_called_by_it() {
    var peers = List.of(new Peer("n2", "10.0.0.2"), new Peer("10.0.0.3", "10.0.0.3"));
    var order = new FaultOrder(FaultKind.PARTITION, null, peers, LENGTH, 1, 0);

    assertThat(FaultJudge.affects(order, null, 0))
        .containsExactly(
            "this machine and that of node n2 do not hear each other",
            "this machine and that of 10.0.0.3 do not hear each other");
  }

  @Test
  void a_partition_is_from_somebody() {
    var order = FaultOrder.of(FaultKind.PARTITION, null, LENGTH);

    assertThat(refused(order, facts(null))).isEqualTo(Kind.INVALID);
  }

  @Test
  void the_same_is_not_done_twice_at_a_time_and_something_else_is() {
    var other = new InstanceKey("shop", "web", "web-1-b");
    var active = List.of(fault(order(FaultKind.INSTANCE_PAUSE)));
    var facts = new Facts(EnumSet.allOf(FaultKind.class), true, TARGET, active);

    assertThat(refused(order(FaultKind.INSTANCE_PAUSE), facts)).isEqualTo(Kind.CONFLICT);
    assertThat(FaultJudge.refusal(order(FaultKind.INSTANCE_CPU), facts)).isEmpty();
    assertThat(FaultJudge.refusal(FaultOrder.of(FaultKind.INSTANCE_PAUSE, other, LENGTH), facts))
        .isEmpty();
  }

  @Test
  void there_is_a_bound_to_what_goes_on_at_a_time() {
    var many =
        IntStream.range(0, FaultJudge.ACTIVE_MAX)
            .mapToObj(i -> new InstanceKey("shop", "web", "web-" + i + "-x"))
            .map(key -> fault(FaultOrder.of(FaultKind.INSTANCE_CPU, key, LENGTH)))
            .toList();

    assertThat(
            refused(
                order(FaultKind.INSTANCE_KILL),
                new Facts(EnumSet.allOf(FaultKind.class), true, TARGET, many)))
        .isEqualTo(Kind.CONFLICT);
  }

  private static Kind refused(FaultOrder order, Facts facts) {
    return FaultJudge.refusal(order, facts).orElseThrow().kind();
  }

  private static Facts facts(@Nullable Target target) {
    return new Facts(Set.of(FaultKind.values()), true, target, List.of());
  }

  private static Fault fault(FaultOrder order) {
    return new Fault("x", order, List.of(), Instant.EPOCH, Instant.EPOCH.plus(order.length()));
  }

  private static List<Peer> peers(String address) {
    return List.of(new Peer("n2", address));
  }

  private static FaultOrder order(FaultKind kind) {
    return new FaultOrder(
        kind,
        kind.isOfInstance() ? WEB : null,
        kind == FaultKind.PARTITION ? peers("10.0.0.2") : List.of(),
        LENGTH,
        1,
        0);
  }
}
