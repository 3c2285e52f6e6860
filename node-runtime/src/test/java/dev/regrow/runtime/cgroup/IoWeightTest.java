package dev.regrow.runtime.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IoWeightTest {

  @TempDir private Path disks = Path.of("unset");

  @Test
  void it_means_something_where_a_disk_has_the_scheduler_that_weighs() throws Exception {
    disk("sda", "[none] bfq mq-deadline");
    assertThat(IoWeight.lack(true, disks).orElseThrow()).contains("scheduler bfq");

    disk("sdb", "none [bfq] mq-deadline");

    assertThat(IoWeight.lack(true, disks)).isEmpty();
    assertThat(IoWeight.lack(false, disks).orElseThrow()).contains("no io controller");
  }

  private void disk(String name, String schedulers) throws Exception {
    Files.createDirectories(disks.resolve(name).resolve("queue"));
    Files.writeString(disks.resolve(name).resolve("queue/scheduler"), schedulers + "\n");
  }
}
