package dev.regrow.chaos.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.regrow.chaos.cluster.LocalNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a program is told of its clock and disk, seen by one that is no JVM and says it quickly. */
class PreloadTest {

  private static final String OPEN = "import os, time; d=os.environ['REGROW_CHAOS_DISK']\n";

  private final Path disk;
  private final Preload preload;

  PreloadTest(@TempDir Path folder) throws IOException {
    disk = Files.createDirectory(folder.resolve("disk"));
    preload = Preload.make(folder, folder, disk);
  }

  @BeforeEach
  void note() {
    preload.under(new LocalNode(disk, disk.resolve("data"), "n1", "127.0.0.1"));
  }

  /** What a Python program says under it. */
  private String says(String program) throws Exception {
    var builder = new ProcessBuilder(List.of("python3", "-c", OPEN + program));
    builder.environment().putAll(preload.variables());
    builder.redirectErrorStream(true);
    var process = builder.start();
    var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return said.strip();
  }

  @Test
  void the_wall_clock_jumps_and_comes_back() throws Exception {
    preload.clockBy(Duration.ofHours(-2));
    double then = Double.parseDouble(says("print(time.time())"));
    preload.clockBy(Duration.ZERO);
    double now = Double.parseDouble(says("print(time.time())"));

    assertThat(now - then).isCloseTo(7200, within(60.0));
    assertThat(now * 1000).isCloseTo((double) System.currentTimeMillis(), within(60_000.0));
  }

  @Test
  void the_wall_clock_drifts_and_the_other_does_not() throws Exception {
    preload.clockGains(Duration.ofMinutes(10));

    var said =
        says(
            """
            w, m = time.time(), time.monotonic()
            while time.monotonic() < m + 0.2: pass
            print(time.time() - w, time.monotonic() - m)
            """);

    var parts = said.split(" ", -1);
    assertThat(Double.parseDouble(parts[0])).isBetween(100.0, 300.0);
    assertThat(Double.parseDouble(parts[1])).isBetween(0.2, 0.5);
  }

  @Test
  void a_read_only_disk_takes_nothing_and_other_folders_do() throws Exception {
    preload.readOnly(true);

    assertThat(says("open(d + '/a', 'w')")).contains("Read-only file system");
    assertThat(says("os.mkdir(d + '/a')")).contains("Read-only file system");
    assertThat(says("open(d + '-beside', 'w').write('x'); print('ok')")).isEqualTo("ok");
    preload.readOnly(false);
    assertThat(says("open(d + '/a', 'w').write('x'); print('ok')")).isEqualTo("ok");
  }

  @Test
  void a_failing_disk_fails_so_many_of_a_hundred_writes_and_waits() throws Exception {
    var count =
        """
        f = os.open(d + '/a', os.O_CREAT | os.O_WRONLY)
        open(d + '/go', 'w').close()
        failed = 0
        for i in range(1000):
          try: (os.write(f, b'x') if i % 2 else os.fsync(f))
          except OSError: failed += 1
        print(failed)
        """;
    preload.failing(0);
    assertThat(says(count)).isEqualTo("0");

    preload.failing(100);
    assertThat(says("os.fsync(os.open(d + '/a', os.O_RDONLY))")).contains("Input/output error");
  }

  @Test
  void a_slow_disk_takes_its_time_for_what_is_on_it() throws Exception {
    preload.slow(Duration.ofMillis(300));

    var timed = "m = time.monotonic(); os.fsync(f); print(time.monotonic() - m)";

    assertThat(Double.parseDouble(says("f = os.open(d + '/a', 65)\n" + timed))).isGreaterThan(0.3);
    assertThat(Double.parseDouble(says("f = os.open(d + '-b', 65)\n" + timed))).isLessThan(0.3);
  }

  @Test
  void a_power_cut_takes_what_was_appended_since_the_last_sync() throws Exception {
    says("f = os.open(d + '/log', 65); os.write(f, b'kept'); os.fsync(f); os.write(f, b'lost')");
    assertThat(disk.resolve("log")).hasContent("keptlost");

    assertThat(preload.loseUnsynced()).containsExactly("4 bytes of log");

    assertThat(disk.resolve("log")).hasContent("kept");
    assertThat(preload.loseUnsynced()).isEmpty();
  }

  @Test
  void a_power_cut_takes_what_was_written_over_zeros_and_leaves_what_was_written_over_data()
      throws Exception {
    says(
        """
        f = os.open(d + '/allocated', 66)
        os.pwrite(f, b'\\0' * 64, 0); os.pwrite(f, b'kept', 0); os.fsync(f)
        os.pwrite(f, b'lost', 4)
        g = os.open(d + '/rewritten', 66)
        os.write(g, b'old'); os.fsync(g); os.pwrite(g, b'new', 0)
        h = os.open(d + '/synced', 66)
        os.write(h, b'all'); os.fdatasync(h)
        """);

    assertThat(preload.loseUnsynced()).containsExactly("4 bytes of allocated");

    assertThat(Files.readAllBytes(disk.resolve("allocated")))
        .startsWith("kept\0\0\0\0".getBytes(StandardCharsets.US_ASCII))
        .hasSize(64);
    assertThat(disk.resolve("rewritten")).hasContent("new");
    assertThat(disk.resolve("synced")).hasContent("all");
  }
}
