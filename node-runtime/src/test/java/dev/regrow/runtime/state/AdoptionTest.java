package dev.regrow.runtime.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.runtime.state.Adoption.Decision;
import dev.regrow.runtime.state.Adoption.Seen;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class AdoptionTest {

  private static final String SPEC = InstanceFileTest.FILE.format();
  private static final String RUNNING = StatusTest.RUNNING;
  private static final Seen SHIM = new Seen(55012, true);
  private static final Seen INIT = new Seen(55013, true);

  @Test
  void an_instance_is_adopted_if_boot_start_time_and_cgroup_all_match() {
    assertThat(decide(SPEC, RUNNING, SHIM, INIT)).isInstanceOf(Decision.Adopt.class);
  }

  @Test
  void a_recycled_pid_is_not_adopted() {
    assertThat(decide(SPEC, RUNNING, new Seen(55999, true), INIT))
        .isInstanceOf(Decision.ShimLost.class);
    assertThat(decide(SPEC, RUNNING, SHIM, new Seen(55999, true)))
        .isInstanceOf(Decision.ShimLost.class);
  }

  @Test
  void a_forged_status_that_names_a_strangers_process_is_not_adopted() {
    var forged = RUNNING.replace("shim.pid=812", "shim.pid=1").replace("55012", "9");

    assertThat(decide(SPEC, forged, new Seen(9, false), INIT))
        .isInstanceOf(Decision.ShimLost.class);
  }

  @Test
  void an_instance_of_another_boot_is_disowned() {
    assertThat(decide(SPEC.replace("boot-1", "boot-0"), RUNNING, SHIM, INIT))
        .isEqualTo(new Decision.Disown("it was started before the machine was"));
  }

  @Test
  void a_spec_in_the_wrong_directory_is_disowned() {
    assertThat(Adoption.decide("other", SPEC, RUNNING, "boot-1", SHIM, INIT))
        .isEqualTo(new Decision.Disown("its spec file is that of instance web-1-a"));
  }

  @Test
  void an_end_on_file_counts_even_if_somebody_has_its_pid_by_now() {
    assertThat(decide(SPEC, StatusTest.EXITED, new Seen(55999, false), Seen.NOTHING))
        .isInstanceOf(Decision.Ended.class);
  }

  @Test
  void without_a_status_or_with_that_of_the_last_attempt_nothing_runs_that_we_know() {
    assertThat(decide(SPEC, "", Seen.NOTHING, Seen.NOTHING)).isEqualTo(new Decision.ShimLost(null));
    assertThat(decide(SPEC, RUNNING.replace("attempt=3", "attempt=2"), SHIM, INIT))
        .isEqualTo(new Decision.ShimLost(null));
  }

  @Property
  void only_the_very_process_is_ever_adopted(
      @ForAll @LongRange(min = 55010, max = 55015) long shimStart,
      @ForAll @LongRange(min = 55010, max = 55015) long initStart,
      @ForAll boolean shimInside,
      @ForAll boolean initInside) {
    var decision =
        decide(SPEC, RUNNING, new Seen(shimStart, shimInside), new Seen(initStart, initInside));

    boolean itself = shimStart == 55012 && initStart == 55013 && shimInside && initInside;
    assertThat(decision instanceof Decision.Adopt).isEqualTo(itself);
  }

  @Property
  void no_text_makes_it_throw_or_adopt(@ForAll String spec, @ForAll String status) {
    assertThat(decide(spec, status, SHIM, INIT)).isNotInstanceOf(Decision.Adopt.class);
    assertThat(decide(SPEC, status, SHIM, INIT)).isNotInstanceOf(Decision.Adopt.class);
  }

  private static Decision decide(String spec, String status, Seen shim, Seen init) {
    return Adoption.decide("web-1-a", spec, status, "boot-1", shim, init);
  }
}
