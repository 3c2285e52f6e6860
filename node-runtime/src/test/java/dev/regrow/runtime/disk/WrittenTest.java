package dev.regrow.runtime.disk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.runtime.syscall.Kernel;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WrittenTest {

  private static final long ALL = 1000;

  @TempDir private Path top = Path.of("unset");

  private final Kernel kernel = Kernel.load();

  @Test
  void what_is_not_there_is_nothing() throws Exception {
    assertThat(below(top.resolve("missing"), ALL)).isEqualTo(new Written(0, 0, true));
  }

  @Test
  void a_file_counts_what_it_takes_on_disk_and_links_are_not_followed() throws Exception {
    Files.write(top.resolve("file"), new byte[1 << 20]);
    Files.createSymbolicLink(top.resolve("link"), Path.of("/usr"));
    try (var holes = new RandomAccessFile(top.resolve("holes").toFile(), "rw")) {
      holes.setLength(1L << 40);
    }

    var written = below(top, ALL);

    assertThat(written.bytes()).isBetween(1L << 20, (1L << 20) + 65_536);
    assertThat(written.entries()).isEqualTo(3);
    assertThat(written.complete()).isTrue();
  }

  @Test
  void where_the_disk_cannot_be_asked_the_length_counts() throws Exception {
    Files.write(top.resolve("file"), new byte[1 << 20]);

    assertThat(Written.below(top, file -> OptionalLong.empty(), ALL).bytes()).isEqualTo(1 << 20);
  }

  @Test
  void more_entries_than_were_to_be_counted_are_said_to_be_more() throws Exception {
    for (int i = 0; i < 5; i++) {
      Files.createDirectory(top.resolve("d" + i));
    }

    assertThat(below(top, 4).complete()).isFalse();
    assertThat(below(top, 5).complete()).isTrue();
  }

  @Test
  void what_is_too_deep_is_said_to_be_more() throws Exception {
    var deep = top;
    for (int i = 0; i <= Written.DEEPEST; i++) {
      deep = Files.createDirectory(deep.resolve("d"));
    }

    assertThat(below(top, ALL).complete()).isFalse();
  }

  @Test
  void what_was_there_before_does_not_count_and_its_deletion_earns_nothing() {
    var now = new Written(30, 5, true);

    assertThat(now.beyond(new Written(20, 2, true))).isEqualTo(new Written(10, 3, true));
    assertThat(now.beyond(new Written(40, 9, true))).isEqualTo(Written.NOTHING);
    assertThat(new Written(1, 1, false).beyond(now)).isEqualTo(new Written(0, 0, false));
  }

  private Written below(Path directory, long most) throws IOException {
    return Written.below(
        directory,
        file -> kernel.inode(file, false).stream().mapToLong(Kernel.Inode::diskBytes).findFirst(),
        most);
  }
}
