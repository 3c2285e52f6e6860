package dev.regrow.gateway;

import dev.regrow.core.disk.DurableFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Remembers what a node is, as its data depends on it. */
final class RoleFile {

  private static final Logger LOG = LoggerFactory.getLogger(RoleFile.class);
  private static final String USUAL = "server";

  /** The second line of what {@link #become} wrote: the command line is older than that. */
  private static final String CHANGED = "as the cluster wanted";

  private final Path data;
  private final Path file;

  private RoleFile(Path data) {
    this.data = data;
    this.file = data.resolve("role");
  }

  static RoleFile in(Path data) {
    return new RoleFile(data);
  }

  /** From its next start on it is that; what is told by the command line does not count then. */
  void become(String role) throws IOException {
    DurableFile.write(file, (role + "\n" + CHANGED + "\n").getBytes(StandardCharsets.US_ASCII));
  }

  /**
   * The same, however long the disk refuses it: a node that ended for that would have no role to
   * start in again, and until it is noted it goes on as what it is.
   *
   * @param pause before each further attempt
   * @param over whether it is wanted no more
   */
  void becomeInTime(String role, Runnable pause, BooleanSupplier over) {
    while (!over.getAsBoolean()) {
      try {
        become(role);
        return;
      } catch (IOException refused) {
        LOG.warn(
            "this node cannot become a {} yet, since that cannot be noted in {}: {}",
            role,
            file,
            refused.getMessage());
      }
      pause.run();
    }
  }

  /**
   * What this node is: what the cluster made it, what it was before, else what it is told now.
   *
   * @param isNew it has no identity yet, so what an attempt before this one wrote binds nobody
   * @throws StartFailure if it was something else, or the file cannot be used
   */
  String settle(Optional<String> told, boolean isNew) {
    try {
      var lines =
          isNew || !Files.exists(file)
              ? List.<String>of()
              : Files.readAllLines(file, StandardCharsets.US_ASCII);
      // One that is empty was cut short by a power cut, before releases waited for the disk.
      if (!lines.isEmpty()) {
        var before = lines.get(0).strip();
        if (lines.contains(CHANGED)) {
          return before;
        }
        if (told.isPresent() && !told.get().equals(before)) {
          throw StartFailure.refused(
              "this node is a %s, so --role %s cannot make it another; start it without --role"
                  .formatted(before, told.get()));
        }
        return before;
      }
      var role = told.orElse(USUAL);
      Files.createDirectories(
          data, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      DurableFile.write(file, (role + "\n").getBytes(StandardCharsets.US_ASCII));
      return role;
    } catch (IOException e) {
      throw StartFailure.refused("cannot use " + file + ": " + e.getMessage());
    }
  }
}
