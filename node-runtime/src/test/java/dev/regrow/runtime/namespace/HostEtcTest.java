package dev.regrow.runtime.namespace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostEtcTest {

  private final Path etc;
  private final Path copies;

  HostEtcTest(@TempDir Path folder) throws IOException {
    etc = Files.createDirectory(folder.resolve("etc"));
    copies = folder.resolve("copies");
    Files.writeString(etc.resolve("services"), "http 80/tcp");
    Files.writeString(etc.resolve("shadow"), "root:secret");
  }

  @Test
  void what_everybody_may_see_is_copied_once_a_boot() throws IOException {
    var first = HostEtc.copy(etc, copies, "boot-1");

    assertThat(first.resolve("services")).hasContent("http 80/tcp");
    assertThat(first.resolve("shadow")).doesNotExist();
    assertThat(HostEtc.copy(etc, copies, "boot-1")).isEqualTo(first);
  }

  @Test
  void a_copy_that_a_power_cut_may_have_emptied_is_not_used_again() throws IOException {
    var emptied = HostEtc.copy(etc, copies, "boot-1");
    Files.writeString(emptied.resolve("services"), "");

    var fresh = HostEtc.copy(etc, copies, "boot-2");

    assertThat(fresh.resolve("services")).hasContent("http 80/tcp");
    assertThat(emptied).doesNotExist();
  }

  @Test
  void a_copy_that_instances_of_this_boot_may_use_stays_when_the_hosts_changes()
      throws IOException {
    var first = HostEtc.copy(etc, copies, "boot-1");
    Files.writeString(etc.resolve("services"), "http 80/tcp\nhttps 443/tcp");

    assertThat(HostEtc.copy(etc, copies, "boot-1").resolve("services")).content().contains("https");
    assertThat(first.resolve("services")).hasContent("http 80/tcp");
  }
}
