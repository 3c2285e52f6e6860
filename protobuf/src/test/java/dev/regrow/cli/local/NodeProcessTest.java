package dev.regrow.cli.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeProcessTest {
  private static final Path DATA = Path.of("/var/lib/regrow/n1");
  private static final String STAT = " (java) (x) S 1 2 2 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 30 0 ";

  @TempDir Path proc = Path.of("");

  private void process(int pid, long startTime, String... arguments) throws IOException {
    var folder = Files.createDirectory(proc.resolve(Integer.toString(pid)));
    Files.writeString(folder.resolve("stat"), pid + STAT + startTime + " 0 0\n");
    Files.writeString(folder.resolve("cmdline"), String.join("\0", arguments) + "\0");
  }

  @Test
  void a_node_is_found_by_its_main_class_and_its_data() throws Exception {
    process(10, 5, "java", "dev.regrow.gateway.NodeMain", "--data", "/var/lib/regrow/n2");
    process(11, 6, "java", "-Xmx1g", "dev.regrow.gateway.NodeMain", "--data", DATA.toString());
    process(12, 7, "sh", "-c", "dev.regrow.gateway.NodeMain --data " + DATA);

    assertThat(NodeProcess.find(proc, DATA)).contains(new NodeProcess(11, 6));
  }

  @Test
  void a_stranger_with_the_pid_of_a_node_is_no_node() throws Exception {
    process(11, 6, "sleep", "60");

    assertThat(NodeProcess.of(proc, 11, DATA)).isEmpty();
  }

  @Test
  void a_workload_that_only_mentions_a_node_is_no_node() throws Exception {
    process(13, 8, "vi", "--data", DATA.toString(), "dev.regrow.gateway.NodeMain");

    assertThat(NodeProcess.find(proc, DATA)).isEmpty();
  }

  @Test
  void a_process_lives_only_under_its_own_start_time() throws Exception {
    long pid = ProcessHandle.current().pid();
    long startTime = NodeProcess.startTime(Files.readString(Path.of("/proc/self/stat")));

    assertThat(new NodeProcess(pid, startTime).lives()).isTrue();
    assertThat(new NodeProcess(pid, startTime - 1).lives()).isFalse();
  }
}
