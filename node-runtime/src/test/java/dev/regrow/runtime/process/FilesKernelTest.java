package dev.regrow.runtime.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.runtime.Exec;
import dev.regrow.runtime.RunningInstance;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class FilesKernelTest extends ExecCase {

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
}
