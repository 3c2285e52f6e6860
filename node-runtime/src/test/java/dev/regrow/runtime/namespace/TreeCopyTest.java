package dev.regrow.runtime.namespace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.regrow.runtime.RuntimeFailure;
import dev.regrow.runtime.namespace.ShiftedCopies.Bounds;
import dev.regrow.runtime.testing.LeavesNothingBehind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class TreeCopyTest {

  private static final IdRange IDS = new IdRange(1 << 20);

  @RegisterExtension final LeavesNothingBehind host = new LeavesNothingBehind(); // needs root

  private final Path from;
  private final Path to;

  TreeCopyTest(@TempDir Path scratch) throws IOException {
    from = Files.createDirectory(scratch.resolve("from"));
    to = scratch.resolve("to");
  }

  @Test
  void owners_move_into_the_range_and_modes_links_and_times_stay() throws IOException {
    var program = Files.writeString(from.resolve("program"), "#!/bin/sh\n");
    Files.setAttribute(program, "unix:uid", 1000);
    Files.setAttribute(program, "unix:gid", 50);
    Files.setAttribute(program, "unix:mode", 04755);
    Files.setLastModifiedTime(program, FileTime.from(Instant.EPOCH));
    Files.createSymbolicLink(from.resolve("link"), Path.of("program"));
    Files.setAttribute(Files.createDirectory(from.resolve("tmp")), "unix:mode", 01777);

    TreeCopy.copy(from, to, IDS, directory -> false);

    assertThat(unix(to.resolve("program"), "uid")).isEqualTo(IDS.hostId(1000));
    assertThat(unix(to.resolve("program"), "gid")).isEqualTo(IDS.hostId(50));
    assertThat((int) unix(to.resolve("program"), "mode") & 07777).isEqualTo(04755);
    assertThat(Files.getLastModifiedTime(to.resolve("program")).toInstant())
        .isEqualTo(Instant.EPOCH);
    assertThat(Files.readSymbolicLink(to.resolve("link"))).isEqualTo(Path.of("program"));
    assertThat(unix(to.resolve("link"), "uid")).isEqualTo(IDS.hostId(0));
    assertThat((int) unix(to.resolve("tmp"), "mode") & 07777).isEqualTo(01777);
  }

  @Test
  void an_owner_without_a_number_inside_becomes_nobody() throws IOException {
    var file = Files.writeString(from.resolve("file"), "");
    Files.setAttribute(file, "unix:uid", 70_000);

    TreeCopy.copy(from, to, IDS, directory -> false);

    assertThat(unix(to.resolve("file"), "uid")).isEqualTo(IDS.hostId(65_534));
  }

  @Test
  void a_link_in_its_path_is_not_followed() throws IOException {
    var way = Files.createSymbolicLink(from.resolveSibling("way"), from.getParent());

    assertThatThrownBy(() -> TreeCopy.copy(way.resolve("from"), to, IDS, directory -> false))
        .isInstanceOf(IOException.class);
    assertThat(to).doesNotExist();
  }

  @Test
  void a_directory_that_becomes_a_link_while_it_is_copied_leads_nowhere() throws IOException {
    var secret = Files.createDirectory(from.resolveSibling("outside")).resolve("file");
    Files.writeString(secret, "secret");
    var below = Files.createDirectory(from.resolve("below"));
    Files.writeString(below.resolve("file"), "original");
    TreeCopy.copy(from, to, IDS, directory -> false);

    assertThatThrownBy(
            () ->
                TreeCopy.copy(
                    from, to, IDS, directory -> directory.equals(below) && swapped(below, secret)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("was changed while it was copied");
    assertThat(to.resolve("below/file")).doesNotExist();
  }

  private static boolean swapped(Path directory, Path outside) {
    try {
      Files.move(directory, directory.resolveSibling("away"));
      Files.createSymbolicLink(directory, outside.getParent());
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void what_is_too_large_is_refused_before_anything_is_written() throws IOException {
    Files.write(from.resolve("file"), new byte[1000]);

    assertThatThrownBy(() -> TreeCopy.check(from, new Bounds(10, 999), 1 << 20))
        .isInstanceOf(RuntimeFailure.class)
        .hasMessageContaining("has more than 10 files or 999 bytes");
    assertThatThrownBy(() -> TreeCopy.check(from, new Bounds(1, 2000), 1 << 20))
        .hasMessageContaining("has more than 1 files");
    assertThatThrownBy(() -> TreeCopy.check(from, new Bounds(10, 2000), 1100))
        .hasMessageContaining("has 1000 bytes where 1100 are free");
    TreeCopy.check(from, new Bounds(2, 1000), 1 << 20);
  }

  private static Object unix(Path path, String attribute) throws IOException {
    return Files.getAttribute(path, "unix:" + attribute, LinkOption.NOFOLLOW_LINKS);
  }
}
