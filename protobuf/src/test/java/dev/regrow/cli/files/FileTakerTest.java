package dev.regrow.cli.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.regrow.client.FileEntry;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FileTakerTest {

  @TempDir private Path folder = Path.of("unset");
  private final List<String> leftOut = new ArrayList<>();
  private final ByteArrayOutputStream copy = new ByteArrayOutputStream();

  private void entry(FileEntry.Type type, String name) throws IOException {
    new FileEntry(type, name, 0755, 0).write(copy);
  }

  private void chunk(String text) throws IOException {
    var bytes = text.getBytes(StandardCharsets.UTF_8);
    FileEntry.writeChunk(copy, bytes, bytes.length);
  }

  private void file(String name, String text) throws IOException {
    entry(FileEntry.Type.FILE, name);
    chunk(text);
    chunk("");
  }

  private void link(String name, String target) throws IOException {
    entry(FileEntry.Type.LINK, name);
    chunk(target);
  }

  private void take(Path target) throws IOException {
    new FileTaker(new ByteArrayInputStream(copy.toByteArray()), leftOut::add).take(target);
  }

  @Test
  void a_tree_that_is_given_is_taken_as_it_was() throws IOException {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    var random = new Random(seed);
    var source = Files.createDirectory(folder.resolve("source"));
    var large = new byte[200_000];
    random.nextBytes(large);
    Files.write(source.resolve("large"), large);
    Files.writeString(source.resolve("empty"), "");
    Files.createDirectories(source.resolve("a/b/c"));
    var script = Files.writeString(source.resolve("a/b/run"), "#!/bin/sh\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-x--x"));
    Files.setLastModifiedTime(script, FileTime.from(Instant.ofEpochSecond(1_700_000_000)));
    Files.createSymbolicLink(source.resolve("a/up"), Path.of("../large"));

    new FileGiver(copy, leftOut::add).give(source);
    take(folder.resolve("target"));

    assertThat(leftOut).isEmpty();
    assertThat(tree(folder.resolve("target"))).isEqualTo(tree(source));
    assertThat(Files.readAllBytes(folder.resolve("target/large"))).isEqualTo(large);
    assertThat(Files.readSymbolicLink(folder.resolve("target/a/up")))
        .isEqualTo(Path.of("../large"));
    var taken = folder.resolve("target/a/b/run");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(taken)))
        .isEqualTo("rwxr-x--x");
    assertThat(Files.getLastModifiedTime(taken).toInstant())
        .isEqualTo(Instant.ofEpochSecond(1_700_000_000));
  }

  private static List<String> tree(Path top) throws IOException {
    try (Stream<Path> all = Files.walk(top)) {
      return all.map(path -> top.relativize(path).toString()).sorted().toList();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "..", "/etc/cron.d/x", "a/b", "../x", "a\0b"})
  void a_name_that_is_no_single_one_is_refused(String name) throws IOException {
    entry(FileEntry.Type.DIRECTORY, "");
    file(name, "evil");

    assertThatThrownBy(() -> take(folder.resolve("target"))).hasMessageContaining("refused");
    assertThat(tree(folder.resolve("target"))).containsExactly("");
  }

  @Test
  void links_that_lead_out_are_left_out_and_none_is_ever_followed() throws IOException {
    var outside = Files.createDirectory(folder.resolve("outside"));
    entry(FileEntry.Type.DIRECTORY, "");
    for (var target : List.of("/etc/passwd", "../outside", "a/../../outside")) {
      entry(FileEntry.Type.LINK, "out");
      chunk(target);
    }
    entry(FileEntry.Type.LINK, "in");
    chunk("inside");
    entry(FileEntry.Type.DIRECTORY, "inside");
    entry(FileEntry.Type.LEAVE, "");
    file("in", "instead of the link");
    entry(FileEntry.Type.LEAVE, "");
    entry(FileEntry.Type.DONE, "");

    take(folder.resolve("target"));

    assertThat(leftOut).hasSize(3).allMatch(word -> word.contains("leads out of what is copied"));
    assertThat(tree(folder.resolve("target"))).containsExactly("", "in", "inside");
    assertThat(folder.resolve("target/in")).isRegularFile();
    assertThat(outside).isEmptyDirectory();
  }

  @Test
  void no_link_climbs_from_where_another_leads() throws IOException {
    entry(FileEntry.Type.DIRECTORY, "");
    entry(FileEntry.Type.DIRECTORY, "a");
    entry(FileEntry.Type.DIRECTORY, "b");
    link("top", "../..");
    entry(FileEntry.Type.LEAVE, "");
    entry(FileEntry.Type.LEAVE, "");
    link("passwd", "a/b/top/../../../etc/passwd");
    link("later", "z/../../etc");
    link("z", "a/b/top");
    link("above", "./..");
    link("nowhere", "");
    entry(FileEntry.Type.LEAVE, "");
    entry(FileEntry.Type.DONE, "");

    take(folder.resolve("target"));

    assertThat(leftOut).hasSize(4).allMatch(word -> word.contains("leads out of what is copied"));
    assertThat(tree(folder.resolve("target"))).containsExactly("", "a", "a/b", "a/b/top", "z");
  }

  @Test
  void links_between_what_is_copied_are_taken_over_links_too() throws IOException {
    entry(FileEntry.Type.DIRECTORY, "");
    entry(FileEntry.Type.DIRECTORY, "usr");
    entry(FileEntry.Type.DIRECTORY, "lib");
    file("libx.so.1", "x");
    link("libx.so", "libx.so.1");
    link("liby.so", "../../lib/./libx.so");
    entry(FileEntry.Type.LEAVE, "");
    link("self", "./");
    entry(FileEntry.Type.LEAVE, "");
    link("lib", "usr/lib");
    entry(FileEntry.Type.LEAVE, "");
    entry(FileEntry.Type.DONE, "");
    var target = folder.resolve("target");

    take(target);

    assertThat(leftOut).isEmpty();
    for (var each : List.of("lib/libx.so", "usr/lib/liby.so", "usr/self/lib/liby.so")) {
      assertThat(target.resolve(each)).hasContent("x");
    }
  }

  @Test
  void links_in_any_order_lead_nowhere_outside() throws IOException {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    var random = new Random(seed);
    var names = List.of("a", "b", "c");
    var parts = List.of("a", "b", "c", "..", "..", ".");
    var deep = folder.resolve("a/b/c");
    for (var above : List.of("", "a", "a/b", "a/b/c")) {
      for (var name : names) { // What leads out shall find something there.
        Files.createDirectories(folder.resolve(above).resolve(name));
      }
    }
    for (int i = 0; i < 1000; i++) {
      copy.reset();
      entry(FileEntry.Type.DIRECTORY, "");
      for (int n = random.nextInt(24), depth = 0; n > 0; n--) {
        var name = names.get(random.nextInt(names.size()));
        int choice = random.nextInt(6);
        if (choice == 0 && depth > 0) {
          entry(FileEntry.Type.LEAVE, "");
          depth--;
        } else if (choice <= 2) {
          entry(FileEntry.Type.DIRECTORY, name);
          depth++;
        } else {
          var way = random.ints(random.nextInt(1, 7), 0, parts.size()).mapToObj(parts::get);
          link(name, way.collect(Collectors.joining("/")));
        }
      }
      var target = deep.resolve("target" + i);
      assertThatThrownBy(() -> take(target)).isInstanceOf(IOException.class); // It is cut off.
      assertNothingLeadsOutOf(target);
    }
  }

  private static void assertNothingLeadsOutOf(Path top) throws IOException {
    try (Stream<Path> all = Files.walk(top)) {
      for (var link : all.filter(Files::isSymbolicLink).filter(Files::exists).toList()) {
        assertThat(link.toRealPath()).as("%s", link).startsWith(top.toRealPath());
      }
    }
  }

  @Test
  void a_link_that_is_here_already_is_not_gone_through() throws IOException {
    var outside = Files.createDirectory(folder.resolve("outside"));
    var victim = Files.writeString(outside.resolve("file"), "mine");
    var target = Files.createDirectory(folder.resolve("target"));
    Files.createSymbolicLink(target.resolve("dir"), outside);
    Files.createSymbolicLink(target.resolve("link"), victim);
    entry(FileEntry.Type.DIRECTORY, "");
    file("link", "new");
    entry(FileEntry.Type.DIRECTORY, "dir");
    file("file", "evil");

    assertThatThrownBy(() -> take(target)).hasMessageContaining("is in the way");

    assertThat(victim).hasContent("mine");
    assertThat(target.resolve("link")).hasContent("new");
    assertThat(Files.isSymbolicLink(target.resolve("link"))).isFalse();
    assertThat(Files.exists(target.resolve("dir"), LinkOption.NOFOLLOW_LINKS)).isTrue();
  }

  @Test
  void what_is_cut_off_anywhere_is_an_error() throws IOException {
    entry(FileEntry.Type.DIRECTORY, "");
    file("a", "text");
    entry(FileEntry.Type.LEAVE, "");
    entry(FileEntry.Type.DONE, "");
    var whole = copy.toByteArray();
    for (int length = 0; length < whole.length; length++) {
      var cut = new ByteArrayInputStream(whole, 0, length);
      assertThatThrownBy(() -> new FileTaker(cut, leftOut::add).take(folder.resolve("target")))
          .as("after %d bytes", length)
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void whatever_an_instance_gives_ends_and_stays_inside() throws IOException {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    var random = new Random(seed);
    for (int i = 0; i < 500; i++) {
      copy.reset();
      entry(FileEntry.Type.DIRECTORY, "");
      for (int n = random.nextInt(20); n > 0; n--) {
        entry(
            List.of(FileEntry.Type.values()).get(random.nextInt(6)),
            List.of("a", "b", "..", "a/b", "").get(random.nextInt(5)));
        if (random.nextBoolean()) {
          chunk(List.of("", "a", "../..", "/etc").get(random.nextInt(4)));
        }
      }
      try {
        take(folder.resolve("fuzz"));
      } catch (IOException refused) {
        assertThat(refused.getMessage()).isNotEmpty();
      }
    }
    assertThat(tree(folder).stream().filter(path -> !path.startsWith("fuzz"))).containsExactly("");
  }
}
