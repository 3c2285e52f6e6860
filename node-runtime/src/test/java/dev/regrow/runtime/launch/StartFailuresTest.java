package dev.regrow.runtime.launch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.runtime.shim.ShimReport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StartFailuresTest {

  @ParameterizedTest
  @ValueSource(strings = {"exec", "workdir", "root", "confine", "namespace", "mount"})
  void a_path_that_somebody_chose_is_named_without_what_a_terminal_obeys(String stage) {
    var failed = new ShimReport.Failed(stage, 2, "/x\u001b]52;c;eA==\u0007\u001b[2J\u202e");

    assertThat(StartFailures.of("web-0-a", failed))
        .hasMessageContaining("/x\\u001b]52;c;eA==\\u0007\\u001b[2J\\u202e")
        .hasMessageContaining("ENOENT");
  }
}
