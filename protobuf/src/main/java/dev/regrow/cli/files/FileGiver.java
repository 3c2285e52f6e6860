package dev.regrow.cli.files;

import dev.regrow.client.FileEntry;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Writes a file or a directory of this machine as entries. */
public final class FileGiver {

  private static final int CHUNK = 32_768;

  private final OutputStream out;
  private final Consumer<String> leftOut;

  /**
   * @param leftOut gets a word on each that cannot be copied
   */
  public FileGiver(OutputStream out, Consumer<String> leftOut) {
    this.out = out;
    this.leftOut = leftOut;
  }

  /** All of it; the last thing that is written. A link that is named itself is followed. */
  public void give(Path source) throws IOException {
    give(source.toRealPath(), "");
    new FileEntry(FileEntry.Type.DONE, "", 0, 0).write(out);
    out.flush();
  }

  private void give(Path path, String name) throws IOException {
    var facts = Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (facts.isDirectory()) {
      entry(FileEntry.Type.DIRECTORY, name, path, facts).write(out);
      try (Stream<Path> children = Files.list(path)) {
        for (var child : children.sorted().toList()) {
          give(child, child.getFileName().toString());
        }
      }
      new FileEntry(FileEntry.Type.LEAVE, "", 0, 0).write(out);
    } else if (facts.isRegularFile()) {
      file(path, entry(FileEntry.Type.FILE, name, path, facts));
    } else if (facts.isSymbolicLink()) {
      var target = Files.readSymbolicLink(path).toString().getBytes(StandardCharsets.UTF_8);
      new FileEntry(FileEntry.Type.LINK, name, 0, seconds(facts)).write(out);
      FileEntry.writeChunk(out, target, target.length);
    } else {
      leftOut.accept(path + " is neither file, directory nor link");
    }
  }

  private void file(Path path, FileEntry entry) throws IOException {
    try (var in = Files.newInputStream(path, LinkOption.NOFOLLOW_LINKS)) {
      entry.write(out);
      var chunk = new byte[CHUNK];
      for (int n = in.read(chunk); n > 0; n = in.read(chunk)) {
        FileEntry.writeChunk(out, chunk, n);
      }
      FileEntry.writeChunk(out, chunk, 0);
    }
  }

  private static FileEntry entry(
      FileEntry.Type type, String name, Path path, BasicFileAttributes facts) throws IOException {
    return new FileEntry(type, name, mode(path), seconds(facts));
  }

  private static int mode(Path path) throws IOException {
    int mode = 0;
    Set<PosixFilePermission> has = Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS);
    var text = PosixFilePermissions.toString(has);
    for (int i = 0; i < text.length(); i++) {
      mode = (mode << 1) | (text.charAt(i) == '-' ? 0 : 1);
    }
    return mode;
  }

  private static long seconds(BasicFileAttributes facts) {
    return facts.lastModifiedTime().to(TimeUnit.SECONDS);
  }
}
