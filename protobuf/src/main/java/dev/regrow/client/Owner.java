package dev.regrow.client;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Whose files we write: under sudo those of the user who called it, so that they can go on without
 * sudo.
 *
 * @param uid null: of the one who runs this, nothing to change
 */
record Owner(Path home, @Nullable Integer uid, @Nullable Integer gid) {

  static final Owner SELF = new Owner(Path.of(ownHome()), null, null);

  static Owner invoking() {
    var user = System.getenv("SUDO_USER");
    if (user == null || user.isEmpty() || user.equals("root")) {
      return SELF;
    }
    try {
      return Files.readAllLines(Path.of("/etc/passwd")).stream()
          .map(line -> line.split(":", -1))
          .filter(fields -> fields.length == 7 && fields[0].equals(user))
          .findFirst()
          .map(
              fields ->
                  new Owner(
                      Path.of(fields[5]), Integer.valueOf(fields[2]), Integer.valueOf(fields[3])))
          .orElse(SELF);
    } catch (IOException | NumberFormatException e) {
      return SELF; // No user database that we can read: then it is root's own.
    }
  }

  private static String ownHome() {
    var home = System.getenv("HOME");
    return home == null || home.isEmpty() ? System.getProperty("user.home", "/") : home;
  }

  /** Creates what is missing, mode 0700, as theirs. */
  void makeFolders(Path folder) throws IOException {
    if (Files.isDirectory(folder)) {
      return;
    }
    if (folder.getParent() != null) {
      makeFolders(folder.getParent());
    }
    Files.createDirectory(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    own(folder);
  }

  void own(Path path) throws IOException {
    if (uid != null) {
      Files.setAttribute(path, "unix:uid", uid);
      Files.setAttribute(path, "unix:gid", Objects.requireNonNull(gid));
    }
  }
}
