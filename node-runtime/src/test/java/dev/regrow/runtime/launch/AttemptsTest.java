package dev.regrow.runtime.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AttemptsTest {

  @Test
  void all_that_is_tried_from_inside_is_told_to_operators(@TempDir Path home) throws Exception {
    var names = Attempts.compiled(home).names();
    var told = Files.readString(Path.of("../docs/security.md"));

    assertThat(names)
        .hasSizeGreaterThan(115)
        .allSatisfy(name -> assertThat(told).contains("`" + name + "`"));
  }
}
