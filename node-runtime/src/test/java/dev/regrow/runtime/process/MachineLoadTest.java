package dev.regrow.runtime.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.runtime.Load.Stalled;
import dev.regrow.runtime.cgroup.Pressure;
import org.junit.jupiter.api.Test;

final class MachineLoadTest {

  @Test
  void busy_is_all_but_idle_and_waiting_for_disks() {
    assertThat(MachineLoad.busyTicks("cpu  10 20 30 400 500 6 7 8 90 100\ncpu0 1 1 1 1\n"))
        .isEqualTo(10 + 20 + 30 + 6 + 7 + 8);
  }

  @Test
  void memory_is_read_by_its_name() {
    assertThat(
            MachineLoad.kibibytes("MemTotal:  4000 kB\nMemAvailable: 1500 kB\n", "MemAvailable:"))
        .isEqualTo(1500);
    assertThat(MachineLoad.kibibytes("", "MemTotal:")).isZero();
  }

  @Test
  void pressure_is_what_some_waited_in_the_last_ten_seconds_or_not_known() {
    var text = "some avg10=%s avg60=1.00 avg300=2.00 total=3\nfull avg10=9.00 avg60=0 total=0\n";

    assertThat(
            Pressure.parse(resource -> text.formatted(resource.equals("cpu") ? "42.50" : "0.00")))
        .isEqualTo(new Stalled(42.5, 0, 0));
    assertThat(Pressure.parse(resource -> "")).isNull();
  }

  @Test
  void this_machine_says_something_sensible() {
    var load = MachineLoad.now(1);

    assertThat(load.cpuNanos()).isPositive();
    assertThat(load.memoryBytes()).isPositive().isLessThan(load.memoryMaxBytes());
  }
}
