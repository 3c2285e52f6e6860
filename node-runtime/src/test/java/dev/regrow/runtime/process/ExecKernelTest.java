package dev.regrow.runtime.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.regrow.runtime.Exec;
import dev.regrow.runtime.InstanceKey;
import dev.regrow.runtime.LaunchSpec;
import dev.regrow.runtime.LaunchSpec.Limits;
import dev.regrow.runtime.LaunchSpec.Network;
import dev.regrow.runtime.Logs;
import dev.regrow.runtime.RunningInstance;
import dev.regrow.runtime.RuntimeFailure;
import dev.regrow.runtime.disk.Trees;
import dev.regrow.runtime.testing.LeavesNothingBehind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

@Tag("kernel")
class ExecKernelTest {

  private static final InstanceKey KEY = new InstanceKey("shop", "web", "web-1-a");
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @RegisterExtension final LeavesNothingBehind host = new LeavesNothingBehind();

  @TempDir private Path data = Path.of("unset");
  private @Nullable LocalNodeRuntime agent;

  @BeforeEach
  void start() throws Exception {
    agent = LocalNodeRuntime.open(RuntimeConfig.of(host.nodeUid(), data));
    get(agent.adopt());
  }

  @AfterEach
  void sweep() throws Exception {
    agent().close();
    Trees.delete(data.resolve("host-etc"));
    assertThat(Sweep.node(host.nodeUid(), data, Duration.ZERO)).isEmpty();
  }

  /** What a command wrote, and how it ended. */
  private static final class Heard implements Exec.Listener {
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final ByteArrayOutputStream error = new ByteArrayOutputStream();
    private final CompletableFuture<Integer> code = new CompletableFuture<>();
    private volatile boolean deaf;

    @Override
    public boolean onOutput(Exec.Stream stream, byte[] bytes) {
      synchronized (this) {
        (stream == Exec.Stream.OUTPUT ? output : error).writeBytes(bytes);
        notifyAll();
        return !deaf;
      }
    }

    @Override
    public void onRoom() {
      synchronized (this) {
        notifyAll();
      }
    }

    @Override
    public void onExit(int ended) {
      code.complete(ended);
    }

    synchronized String output() {
      return output.toString(StandardCharsets.UTF_8);
    }

    synchronized String error() {
      return error.toString(StandardCharsets.UTF_8);
    }
  }

  @Test
  void a_command_speaks_on_two_streams_reads_a_third_and_exits_with_its_code() throws Exception {
    var heard = new Heard();
    var session =
        exec(launch(), heard, null, "read line; echo \"got $line\"; echo oops >&2; exit 7");

    session.input("hello\n".getBytes(StandardCharsets.UTF_8));

    assertThat(get(heard.code)).isEqualTo(7);
    assertThat(heard.output()).isEqualTo("got hello\n");
    assertThat(heard.error()).isEqualTo("oops\n");
  }

  @Test
  void whatever_is_put_in_comes_out_whole_however_slow_the_command_reads() throws Exception {
    var heard = new Heard();
    var session = exec(launch(), heard, null, "cat");
    var part = "0123456789abcdef".repeat(4096).getBytes(StandardCharsets.UTF_8);

    for (int i = 0; i < 64; i++) {
      session.input(part);
      awaitRoom(session, heard);
    }
    session.endInput();

    assertThat(get(heard.code)).isZero();
    assertThat(heard.output()).isEqualTo("0123456789abcdef".repeat(4096 * 64));
  }

  @Test
  void streams_can_be_opened_by_their_names() throws Exception {
    var heard = new Heard();
    exec(launch(), heard, null, "echo a > /dev/stdout; echo b > /dev/stderr; cat /dev/stdin")
        .endInput();

    assertThat(get(heard.code)).isZero();
    assertThat(heard.output()).isEqualTo("a\n");
    assertThat(heard.error()).isEqualTo("b\n");
  }

  @Test
  void what_an_instance_writes_to_its_streams_by_their_names_is_logged() throws Exception {
    var instance = launch("/bin/sh", "-c", "echo out > /dev/stdout; echo err > /dev/stderr");
    get(instance.ended());
    var logged = new CompletableFuture<String>();
    var text = new StringBuilder();
    agent()
        .logs()
        .read(
            KEY,
            new Logs.Query(0, -1, null, false),
            new Logs.Sink() {
              @Override
              public boolean onChunk(Logs.Chunk chunk) {
                text.append(new String(chunk.bytes(), StandardCharsets.UTF_8));
                return true;
              }

              @Override
              public void onEnd(@Nullable RuntimeFailure failure) {
                logged.complete(text.toString());
              }
            });

    assertThat(get(logged)).isEqualTo("out\nerr\n");
  }

  @Test
  void a_command_is_confined_as_its_instance_is_with_a_terminal_and_without() throws Exception {
    var instance = launch();
    var facts =
        String.join(
            " && ",
            "test $(id -u):$(id -g) = 1000:1001",
            "test $(pwd) = /tmp",
            "test \"$MODE\" = test",
            "test $(hostname) = web-1",
            "test $(ls /sys/class/net) = lo",
            "grep -q 'Seccomp:.2' /proc/self/status",
            "grep -q 'NoNewPrivs:.1' /proc/self/status",
            "grep -q 'CapBnd:.0000000000000000' /proc/self/status",
            "grep -q 'CapPrm:.0000000000000000' /proc/self/status",
            "grep -q 'CapAmb:.0000000000000000' /proc/self/status",
            "grep -q 'Groups:[[:space:]]*$' /proc/self/status",
            "test $(ulimit -c) = 0",
            "test $(ls /proc/self/fd | wc -l) = 4",
            "! grep -q '\\.\\./' /proc/self/cgroup",
            "! cat /proc/1/environ 2>/dev/null",
            "! ls /proc/$PPID 2>/dev/null",
            "! cat /etc/shadow 2>/dev/null");
    for (var window : java.util.Arrays.asList(null, new Exec.Window(24, 80))) {
      var heard = new Heard();
      exec(instance, heard, window, "set -x; " + facts);

      assertThat(get(heard.code)).as(heard.output() + heard.error()).isZero();
    }
  }

  @Test
  void a_terminal_is_one_of_the_instance_with_the_size_that_it_is_given() throws Exception {
    var heard = new Heard();
    var script =
        "tty; stat -c %u:%a $(tty); stty size; echo $TERM; trap 'stty size; exit 3' WINCH; echo"
            + " ready; while :; do sleep 0.05; done";
    var session = exec(launch(), heard, new Exec.Window(24, 80), script);
    await(() -> heard.output().contains("ready"), heard::output);

    session.resize(new Exec.Window(50, 132));

    assertThat(get(heard.code)).isEqualTo(3);
    assertThat(heard.output().lines())
        .containsExactly("/dev/pts/0", "1000:620", "24 80", "xterm", "ready", "50 132");
  }

  @Test
  void what_is_typed_reaches_the_foreground_and_ctrl_c_interrupts_it() throws Exception {
    var heard = new Heard();
    var session = exec(launch(), heard, new Exec.Window(24, 80), "echo ready; sleep 1000; echo no");
    await(() -> heard.output().contains("ready"), heard::output);

    session.input(new byte[] {3});

    assertThat(get(heard.code)).isEqualTo(130);
    assertThat(heard.output()).doesNotContain("no");
  }

  @Test
  void when_input_ends_a_terminal_says_so() throws Exception {
    var heard = new Heard();
    var session = exec(launch(), heard, new Exec.Window(24, 80), "stty -echo; cat; echo over");
    session.input("hi\n".getBytes(StandardCharsets.UTF_8));

    session.endInput();

    assertThat(get(heard.code)).isZero();
    assertThat(heard.output()).contains("hi\r\n").endsWith("over\r\n");
  }

  @Test
  void when_its_session_ends_nothing_that_it_started_lives_on() throws Exception {
    var instance = launch();
    var heard = new Heard();
    var session =
        exec(instance, heard, null, "setsid sleep 4321 & sleep 4321 & echo ready; sleep 4321");
    await(() -> heard.output().contains("ready"), heard::output);
    await(() -> sleeping("4321") == 3, () -> sleeping("4321") + " of 3 sleep");

    session.close();

    assertThat(get(heard.code)).isEqualTo(137);
    assertThat(sleeping("4321")).isZero();
    assertThat(agent().running(KEY)).isPresent();
  }

  @Test
  void what_a_command_leaves_running_ends_with_it() throws Exception {
    var heard = new Heard();
    exec(launch(), heard, null, "setsid sleep 5432 & echo bye; exit 4");

    assertThat(get(heard.code)).isEqualTo(4);
    assertThat(heard.output()).isEqualTo("bye\n");
    assertThat(sleeping("5432")).isZero();
  }

  @Test
  void a_listener_that_wants_no_more_ends_it() throws Exception {
    var heard = new Heard();
    heard.deaf = true;
    exec(launch(), heard, null, "while :; do echo x; done");

    assertThat(get(heard.code)).isEqualTo(137);
  }

  @Test
  void it_ends_with_the_instance() throws Exception {
    var instance = launch();
    var heard = new Heard();
    exec(instance, heard, null, "sleep 6543");

    instance.stop(Duration.ZERO);
    get(instance.ended());

    assertThat(get(heard.code)).isEqualTo(137);
    assertThat(sleeping("6543")).isZero();
  }

  @Test
  void it_counts_towards_the_limits_of_the_instance() throws Exception {
    var heard = new Heard();
    exec(launch(), heard, null, "for i in $(seq 100); do sleep 7654 & done; echo all");

    assertThat(get(heard.code)).isNotZero();
    assertThat(heard.error()).contains("fork");
  }

  @Test
  void what_cannot_be_run_is_named_with_the_code_that_shells_have_for_it() throws Exception {
    var instance = launch();

    assertThatThrownBy(() -> get(start(instance, new Heard(), "/bin/nowhere")))
        .hasMessageContaining("cannot run /bin/nowhere: there is no such program");
    assertThatThrownBy(() -> get(start(instance, new Heard(), "/etc/hostname")))
        .hasMessageContaining("cannot run /etc/hostname: permission denied");
    assertThat(agent().running(KEY)).isPresent();
  }

  @Test
  void a_port_is_reached_from_inside_whatever_the_network_is() throws Exception {
    var server =
        "import socket; s=socket.socket(); s.bind(('127.0.0.1', 8080)); s.listen();"
            + " c=s.accept()[0]; c.sendall(b'got ' + c.recv(99)); c.close(); s.accept()";
    var instance = launch("/usr/bin/python3", "-c", server);
    await(() -> listens(instance), () -> "nothing listens");

    try (var channel = get(instance.connect(8080))) {
      channel.socket().getOutputStream().write("hello".getBytes(StandardCharsets.UTF_8));
      assertThat(
              new String(channel.socket().getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .isEqualTo("got hello");
    }
    assertThatThrownBy(() -> get(instance.connect(8081)))
        .hasMessageContaining("nothing listens on port 8081");
    instance.stop(Duration.ZERO);
    get(instance.ended());
  }

  private static boolean listens(RunningInstance instance) {
    try (var tables = Files.lines(Path.of("/proc/" + instance.pid() + "/net/tcp"))) {
      return tables.anyMatch(line -> line.contains(":1F90 "));
    } catch (IOException e) {
      return false;
    }
  }

  /** What a copy of files writes, as one array. */
  private byte[] copied(RunningInstance instance, String path, int code) throws Exception {
    var heard = new Heard();
    get(instance.exec(Exec.Command.givingFiles(path), heard)).endInput();
    assertThat(get(heard.code)).as(heard.error()).isEqualTo(code);
    synchronized (heard) {
      return code == 0 ? heard.output.toByteArray() : heard.error.toByteArray();
    }
  }

  private Heard put(RunningInstance instance, String path, String name, byte[] entries)
      throws Exception {
    var heard = new Heard();
    var session = get(instance.exec(Exec.Command.takingFiles(path, name), heard));
    for (int at = 0; at < entries.length; at += 10_000) {
      session.input(
          java.util.Arrays.copyOfRange(entries, at, Math.min(at + 10_000, entries.length)));
    }
    session.endInput();
    get(heard.code);
    return heard;
  }

  @Test
  void a_tree_comes_out_and_goes_in_again_as_it_was() throws Exception {
    var instance = launch();
    run(
        instance,
        "mkdir -p a/b/c && seq 100000 > a/b/numbers && : > a/empty && chmod 750 a/b/numbers");
    run(instance, "ln -s ../empty a/b/link && mkfifo a/fifo && touch -d @1700000000 a/b/numbers");

    var entries = copied(instance, "a", 0);
    assertThat(new String(entries, StandardCharsets.ISO_8859_1)).contains("fifo"); // as left out
    var without = without(entries);
    assertThat(put(instance, "/tmp", "copy", without).code).isCompletedWithValue(0);
    assertThat(put(instance, "/tmp/other", "copy", without).code).isCompletedWithValue(0);

    for (var copy : List.of("copy", "other")) {
      run(
          instance,
          "cd %s && cmp b/numbers ../a/b/numbers && test -d b/c && test ! -s empty".formatted(copy)
              + " && test $(readlink b/link) = ../empty && test $(stat -c %a:%u:%Y b/numbers) ="
              + " 750:1000:1700000000");
    }
  }

  /** Without what was left out, which nobody puts anywhere. */
  private static byte[] without(byte[] entries) {
    var text = new String(entries, StandardCharsets.ISO_8859_1);
    int name = text.indexOf("fifo", text.indexOf("\6\0\4\0"));
    return (text.substring(0, name - 16) + text.substring(name + 4))
        .getBytes(StandardCharsets.ISO_8859_1);
  }

  @Test
  void a_copy_has_the_rights_of_the_instance_and_no_more() throws Exception {
    var instance = launch();
    assertThat(new String(copied(instance, "/etc/shadow", 1), StandardCharsets.UTF_8))
        .containsAnyOf("permission denied", "no such file");
    assertThat(new String(copied(instance, "/proc/1/environ", 1), StandardCharsets.UTF_8))
        .contains("permission denied");
    assertThat(new String(copied(instance, "nowhere", 1), StandardCharsets.UTF_8))
        .isEqualTo("nowhere: no such file or directory\n");
    assertThat(new String(copied(instance, "/dev/null", 1), StandardCharsets.UTF_8))
        .contains("neither a file nor a directory");
    var entry = file("x", "evil");
    assertThat(put(instance, "/usr/bin", "x", entry).error())
        .containsAnyOf("permission denied", "read-only");
    assertThat(put(instance, "/no/where/x", "x", entry).error()).contains("no such file");
    run(instance, "mkdir d && ln -s /etc d/out && ln -s /tmp/victim link && echo mine > victim");
    assertThat(put(instance, "/tmp/link", "x", entry).error()).contains("symbolic link");
    run(instance, "test $(cat victim) = mine");
  }

  @Test
  void what_is_no_copy_is_refused_whatever_it_is() throws Exception {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    var random = new java.util.Random(seed);
    var instance = launch();
    for (var name : List.of("..", ".", "", "a/b", "/etc/x", "a\0b")) {
      var bytes = new ByteArrayOutputStream();
      bytes.writeBytes(head(1, ""));
      bytes.writeBytes(file(name, "evil"));
      assertThat(put(instance, "/tmp", "tree", bytes.toByteArray()).error())
          .contains("a name is none");
    }
    for (int i = 0; i < 15; i++) {
      var bytes = new byte[random.nextInt(1, 200)];
      random.nextBytes(bytes);
      assertThat(put(instance, "/tmp", "y", bytes).code).isCompletedWithValue(1);
    }
    run(instance, "test $(find /tmp -newer /proc/1 -name x | wc -l) = 0");
  }

  private static byte[] head(int type, String name) {
    var text = name.getBytes(StandardCharsets.UTF_8);
    return java.nio.ByteBuffer.allocate(16 + text.length)
        .order(java.nio.ByteOrder.LITTLE_ENDIAN)
        .put((byte) type)
        .put((byte) 0)
        .putShort((short) text.length)
        .putInt(0644)
        .putLong(0)
        .put(text)
        .array();
  }

  private static byte[] file(String name, String content) {
    var bytes = new ByteArrayOutputStream();
    bytes.writeBytes(head(2, name));
    var text = content.getBytes(StandardCharsets.UTF_8);
    bytes.writeBytes(new byte[] {(byte) text.length, 0, 0, 0});
    bytes.writeBytes(text);
    bytes.writeBytes(new byte[4]);
    bytes.writeBytes(head(5, ""));
    return bytes.toByteArray();
  }

  private static void run(RunningInstance instance, String script) throws Exception {
    var heard = new Heard();
    exec(instance, heard, null, script).endInput();
    assertThat(get(heard.code)).as(script + ": " + heard.error()).isZero();
  }

  private static long sleeping(String seconds) {
    try (var processes = Files.list(Path.of("/proc"))) {
      return processes
          .filter(each -> each.getFileName().toString().matches("\\d+"))
          .filter(each -> commandLine(each).equals("sleep\0" + seconds + "\0"))
          .count();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static String commandLine(Path process) {
    try {
      return Files.readString(process.resolve("cmdline"));
    } catch (IOException ended) {
      return "";
    }
  }

  private RunningInstance launch() throws Exception {
    return launch("/bin/sleep", "1000");
  }

  private RunningInstance launch(String... command) throws Exception {
    var spec =
        new LaunchSpec(
            KEY,
            1,
            "web-1",
            Map.of("epoch", "17"),
            null,
            false,
            List.of(command),
            Map.of("MODE", "test"),
            1000,
            1001,
            "/tmp",
            Network.NONE,
            List.of(),
            new Limits(100, 0, 64 << 20, 128 << 20, 32),
            "TERM",
            Duration.ofSeconds(1),
            null);
    return get(agent().launch(spec));
  }

  private static Exec.Session exec(
      RunningInstance instance, Heard heard, Exec.@Nullable Window window, String script)
      throws Exception {
    return get(instance.exec(new Exec.Command(List.of("/bin/sh", "-c", script), window), heard));
  }

  private static CompletionStage<Exec.Session> start(
      RunningInstance instance, Heard heard, String... arguments) {
    return instance.exec(new Exec.Command(List.of(arguments), null), heard);
  }

  private static void awaitRoom(Exec.Session session, Heard heard) throws InterruptedException {
    synchronized (heard) {
      while (session.isFull()) {
        heard.wait(PATIENCE.toMillis());
      }
    }
  }

  private static void await(java.util.function.BooleanSupplier fact, Supplier<String> seen) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!fact.getAsBoolean()) {
      assertThat(System.nanoTime()).as("last seen: " + seen.get()).isLessThan(deadline);
      LockSupport.parkNanos(5_000_000);
    }
  }

  private LocalNodeRuntime agent() {
    return java.util.Objects.requireNonNull(agent);
  }

  private static <T> T get(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }
}
