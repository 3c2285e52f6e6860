package dev.regrow.runtime.disk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributeView;
import java.util.UUID;

/**
 * Directory trees that others filled. Works relative to open directories: a tree may be deeper than
 * a path may be long, as any process can make it by changing into each directory that it makes.
 */
public final class Trees {

  /** Open directories at a time; what is deeper is moved up first. */
  private static final int DEEPEST = 64;

  private Trees() {}

  /**
   * Removes what is there, if anything is. Follows no links. What vanishes meanwhile is no error.
   *
   * @throws IOException if something of it cannot be removed; the rest may be gone then
   */
  public static void delete(Path top) throws IOException {
    // First without that option, which costs an exception where there is nothing, as usually.
    if (!Files.exists(top) || !Files.isDirectory(top, LinkOption.NOFOLLOW_LINKS)) {
      Files.deleteIfExists(top);
      return;
    }
    boolean isEmpty = false;
    while (!isEmpty) {
      try (var entries = Files.newDirectoryStream(top)) {
        if (!(entries instanceof SecureDirectoryStream<Path> secure)) {
          throw new IOException(top + " is on a file system without openat(2)");
        }
        isEmpty = !empty(secure, secure, 1);
      } catch (NoSuchFileException gone) {
        return;
      }
    }
    Files.deleteIfExists(top);
  }

  /**
   * @return whether something was moved up, which is still to be removed
   */
  private static boolean empty(
      SecureDirectoryStream<Path> top, SecureDirectoryStream<Path> directory, int depth)
      throws IOException {
    boolean moved = false;
    for (var entry : directory) {
      var name = entry.getFileName();
      try {
        if (!isDirectory(directory, name)) {
          directory.deleteFile(name);
        } else if (depth == DEEPEST) {
          directory.move(name, top, Path.of("deep-" + UUID.randomUUID()));
          moved = true;
        } else {
          try (var below = directory.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
            moved |= empty(top, below, depth + 1);
          }
          directory.deleteDirectory(name);
        }
      } catch (NoSuchFileException gone) {
        // As it should be.
      }
    }
    return moved;
  }

  private static boolean isDirectory(SecureDirectoryStream<Path> directory, Path name)
      throws IOException {
    return directory
        .getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
        .readAttributes()
        .isDirectory();
  }
}
