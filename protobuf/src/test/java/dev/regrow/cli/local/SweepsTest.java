package dev.regrow.cli.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.regrow.cli.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SweepsTest {

  private static final Duration LONG = Duration.ofSeconds(30);

  private final Path folder;
  private final Map<String, Path> nodes = new LinkedHashMap<>();

  SweepsTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @BeforeEach
  void twoNodes() throws IOException {
    for (var name : new String[] {"n1", "n2"}) {
      nodes.put(name, Files.createDirectory(folder.resolve(name)));
    }
  }

  @Test
  void no_sweep_waits_for_another() throws IOException {
    var met =
        launcher("touch $2/begun; until [ -e $2/../n1/begun -a -e $2/../n2/begun ]; do :; done");

    new Sweeps(met, LONG).of(nodes);

    assertThat(folder.resolve("n2")).isDirectoryContaining("glob:**/begun");
  }

  @Test
  void what_is_left_is_told_with_its_node_and_the_others_are_swept_all_the_same()
      throws IOException {
    var one = launcher("case $2 in *n1) echo 'a mount is busy'; exit 1;; *) touch $2/swept;; esac");

    assertThatThrownBy(() -> new Sweeps(one, LONG).of(nodes))
        .isInstanceOf(Failure.class)
        .hasMessage(
            "what node n1 ran cannot be stopped completely: a mount is busy\n"
                + "try again: sudo regrow down");
    assertThat(folder.resolve("n2").resolve("swept")).exists();
  }

  @Test
  void one_that_takes_too_long_is_ended_and_named() throws IOException {
    var endless = launcher("case $2 in *n2) exec sleep 60;; esac");

    assertThatThrownBy(() -> new Sweeps(endless, Duration.ofMillis(300)).of(nodes))
        .isInstanceOf(Failure.class)
        .hasMessageContaining("what node n2 ran")
        .hasMessageContaining("did not end within");
  }

  private Launcher launcher(String script) throws IOException {
    var file = folder.resolve("launcher");
    Files.writeString(file, "#!/bin/sh\n" + script + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    return new Launcher(file.toString());
  }
}
