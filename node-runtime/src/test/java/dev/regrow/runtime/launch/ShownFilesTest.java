package dev.regrow.runtime.launch;

import static dev.regrow.runtime.launch.SpecBuilder.shell;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.regrow.runtime.LaunchSpec.Bytes;
import dev.regrow.runtime.LaunchSpec.Mount;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Files that the agent makes for an instance. */
final class ShownFilesTest extends LaunchCase {

  @Test
  void an_instance_reads_them_and_can_change_none() {
    var attempt =
        node.launch(
            shell(
                    "cd /etc/web; cat a b.conf; stat -c '%a %U' . a;"
                        + " echo x > a || echo refused; touch new || echo refused; rm -f a || echo refused")
                .with(new Mount.Files(files("a", "one\n", "b.conf", "two\n"), "/etc/web", false))
                .build());

    attempt.awaitEnd();

    assertThat(attempt.output())
        .startsWith("one\ntwo\n555 nobody\n444 nobody\n")
        .containsPattern("(?s)refused.*refused.*refused");
  }

  @Test
  void closed_ones_are_for_the_instances_user_alone() throws Exception {
    var attempt =
        node.launch(
            shell("stat -c '%a %u' /run/db /run/db/password; cat /run/db/password; sleep 600")
                .as(1000)
                .with(new Mount.Files(files("password", "pw\n"), "/run/db", true))
                .build());

    attempt.awaitOutput("pw\n");

    assertThat(attempt.output()).isEqualTo("500 1000\n400 1000\npw\n");
    var made = node.home.resolve("state/files/0/password");
    assertThat(Files.getAttribute(made, "unix:mode")).isEqualTo(0100400);
    assertThat((int) Files.getAttribute(made, "unix:uid")).isGreaterThan(0x70000000);
  }

  @Test
  void a_name_that_leads_elsewhere_is_refused_and_nothing_is_left() {
    var spec =
        shell("true").with(new Mount.Files(files("../escaped", "x"), "/etc/web", false)).build();

    assertThatThrownBy(() -> node.launch(spec)).hasMessageContaining("no name of a file");
    assertThat(node.home.resolve("state/files/0")).doesNotExist();
    assertThat(node.home.resolve("state/files/escaped")).doesNotExist();
  }

  private static Map<String, Bytes> files(String... namesAndTexts) {
    var files = new java.util.TreeMap<String, Bytes>();
    for (int i = 0; i < namesAndTexts.length; i += 2) {
      files.put(namesAndTexts[i], new Bytes(namesAndTexts[i + 1].getBytes(StandardCharsets.UTF_8)));
    }
    return files;
  }
}
