package dev.regrow.chaos.lab;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;

/** Our own programs, which are in the jar and must be files to be run. */
final class Resources {

  private Resources() {}

  /** Written into a folder, to be run; there already, it stays. */
  static Path program(String name, Path folder) {
    Path file = folder.resolve(name);
    if (Files.exists(file)) {
      return file;
    }
    try (InputStream program = Resources.class.getResourceAsStream("/" + name)) {
      Path fresh = folder.resolve(name + ".new");
      Files.copy(
          Objects.requireNonNull(program, name + " is not in the jar"),
          fresh,
          StandardCopyOption.REPLACE_EXISTING);
      Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rwxr-xr-x"));
      return Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException("write " + file, e);
    }
  }
}
