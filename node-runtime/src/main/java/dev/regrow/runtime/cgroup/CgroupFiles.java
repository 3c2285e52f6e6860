package dev.regrow.runtime.cgroup;

import dev.regrow.runtime.RuntimeFailure;
import dev.regrow.runtime.cgroup.LimitFiles.LimitFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;

/** Reads, writes, makes and removes below the roots; failures name the file and what to do. */
class CgroupFiles {

  private static final FileAttribute<?> CLOSED =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  /**
   * Closed to others whatever the umask: nothing inside of an instance needs it, and nothing is to
   * go through it.
   *
   * @return whether it was made; false if it existed
   * @throws NoSuchFileException if its parent is missing
   */
  boolean makeDirectory(Path dir) throws IOException {
    try {
      Files.createDirectory(dir, CLOSED);
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    }
  }

  /**
   * @return whether it is gone; false if something is in it
   */
  boolean removeDirectory(Path dir) {
    try {
      Files.deleteIfExists(dir);
      return true;
    } catch (DirectoryNotEmptyException e) {
      return false;
    } catch (FileSystemException e) { // EBUSY: it holds processes or cgroups
      return !Files.exists(dir);
    } catch (IOException e) {
      throw failure("remove cgroup " + dir, e);
    }
  }

  void write(Path dir, LimitFile limit) {
    var file = dir.resolve(limit.name());
    if (limit.optional() && !Files.exists(file)) {
      return;
    }
    write(file, limit.content());
  }

  /** One write(2): these files take what they are given as a whole. */
  void write(Path file, String content) {
    try {
      Files.write(
          file,
          content.getBytes(StandardCharsets.US_ASCII),
          StandardOpenOption.WRITE,
          StandardOpenOption.TRUNCATE_EXISTING);
    } catch (IOException e) {
      throw failure("write '" + content + "' to " + file, e);
    }
  }

  /** Empty if the file is missing. */
  String read(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.US_ASCII);
    } catch (NoSuchFileException e) {
      return "";
    } catch (IOException e) {
      if (!Files.exists(file)) {
        return ""; // ENODEV: it was removed while we read
      }
      throw failure("read " + file, e);
    }
  }

  long readNumber(Path file) {
    var text = read(file).trim();
    return text.isEmpty() ? 0 : Long.parseLong(text);
  }

  /** Sub-cgroups; empty if it is missing. */
  List<Path> children(Path dir) {
    try (Stream<Path> entries = Files.list(dir)) {
      return entries.filter(Files::isDirectory).toList();
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (IOException e) {
      throw failure("list " + dir, e);
    }
  }

  static RuntimeFailure failure(String attempted, IOException cause) {
    var reason =
        cause instanceof FileSystemException fileSystem && fileSystem.getReason() != null
            ? fileSystem.getReason()
            : cause.getClass().getSimpleName();
    return new RuntimeFailure(
        "cannot "
            + attempted
            + ": "
            + reason
            + "; the node needs root and a writable cgroup file system",
        true,
        cause);
  }
}
