package dev.regrow.gateway;

import dev.regrow.core.disk.DurableFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Remembers, beside a node's data, that it was removed from its cluster for good. */
final class RemovedMark {

  private static final Logger LOG = LoggerFactory.getLogger(RemovedMark.class);

  private final Path file;

  private RemovedMark(Path file) {
    this.file = file;
  }

  static RemovedMark in(Path data) {
    return new RemovedMark(data.resolve("removed"));
  }

  /** Without it the next start asks the cluster again, and hears the same. */
  void write(String why) {
    try {
      DurableFile.write(file, (why + "\n").getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      LOG.warn("{} cannot be written: {}", file, e.getMessage());
    }
  }

  /**
   * @throws StartFailure if it was removed, with why
   */
  void refuse() {
    try {
      if (Files.exists(file)) {
        throw StartFailure.refused(Files.readString(file).strip());
      }
    } catch (IOException e) {
      throw StartFailure.refused("cannot read " + file + ": " + e.getMessage());
    }
  }
}
