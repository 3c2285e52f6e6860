package dev.regrow.runtime.state;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProcFsTest {

  @Test
  void a_boot_id_is_read_whole() {
    assertThat(ProcFs.bootId()).matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
  }

  @Test
  void a_number_below_proc_sys_is_read_to_its_last_digit() {
    assertThat(Long.parseLong(ProcFs.text("sys/kernel/pid_max").trim()))
        .isGreaterThanOrEqualTo(301); // The least that the kernel allows, see proc(5).
  }
}
