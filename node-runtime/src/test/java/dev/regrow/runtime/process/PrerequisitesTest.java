package dev.regrow.runtime.process;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PrerequisitesTest {

  private static final String ROOT = "Name:\tjava\nUid:\t0\t0\t0\t0\nCapEff:\t000001ffffffffff\n";

  @Test
  void root_with_all_capabilities_may_run_workloads() {
    assertThat(Prerequisites.refusal(ROOT)).isEmpty();
    assertThat(Prerequisites.warnings(ROOT)).isEmpty();
  }

  @Test
  void another_user_is_told_to_use_root() {
    var user = ROOT.replace("Uid:\t0\t0", "Uid:\t0\t1000");

    assertThat(Prerequisites.refusal(user)).get().asString().contains("needs root", "sudo");
  }

  @Test
  void root_in_a_narrow_container_is_told_what_is_missing() {
    var narrow = ROOT.replace("000001ffffffffff", "00000000a80425fb");

    assertThat(Prerequisites.refusal(narrow))
        .get()
        .asString()
        .startsWith("root lacks CAP_NET_ADMIN, CAP_SYS_ADMIN here");
  }

  @Test
  void a_missing_CAP_SYS_RESOURCE_is_a_warning_only() {
    var without = ROOT.replace("000001ffffffffff", "000001fffeffffff");

    assertThat(Prerequisites.refusal(without)).isEmpty();
    assertThat(Prerequisites.warnings(without))
        .singleElement()
        .asString()
        .startsWith("CAP_SYS_RESOURCE is missing");
  }
}
