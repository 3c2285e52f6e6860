package dev.regrow.core.store.raft;

import dev.regrow.core.disk.DiskPace;
import java.io.IOException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps on record how far the log went, so that one that ends before is known to be damaged, and
 * learns from writing that how fast the disk is. For one thread, but for {@link #slowness}.
 */
final class LogReach {

  private static final Logger LOG = LoggerFactory.getLogger(LogReach.class);

  private final Path file;
  private final DiskPace pace;
  private long before;

  /**
   * @param file the record
   */
  LogReach(Path file) {
    this.file = file;
    this.pace = new DiskPace(file);
  }

  /**
   * The index that a log must reach: an entry that was applied was once on this disk.
   *
   * @param applied as far as this process knows
   */
  long from(long applied) throws IOException {
    before = Math.max(applied, DiskPace.written(file));
    return before;
  }

  /** Another log begins. */
  void forget() {
    before = 0;
  }

  /** Writes what was applied at the time before: that is on the disk, or the disk has lied. */
  void note(long applied) {
    boolean slow = pace.isSlow();
    try {
      pace.ask(before);
      before = Math.max(before, applied);
    } catch (IOException failed) {
      LOG.debug("the disk's pace is not known: {}", failed.getMessage());
    }
    if (pace.isSlow() && !slow) {
      LOG.warn("{}", pace.words());
    } else if (slow && !pace.isSlow()) {
      LOG.info("the disk of {} is as fast as it should be again", file.getParent());
    }
  }

  /** What slows writes down here; nothing: nothing does. */
  String slowness() {
    return pace.isSlow() ? pace.words() : "";
  }
}
