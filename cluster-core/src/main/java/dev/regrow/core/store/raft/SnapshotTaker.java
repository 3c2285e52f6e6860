package dev.regrow.core.store.raft;

import dev.regrow.core.disk.DurableFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.apache.ratis.io.MD5Hash;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.SnapshotManagementRequest;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.server.storage.FileInfo;
import org.apache.ratis.statemachine.impl.SimpleStateMachineStorage;
import org.apache.ratis.statemachine.impl.SingleFileSnapshotInfo;
import org.apache.ratis.util.MD5FileUtil;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides when a snapshot is due and writes it beside the applying thread, which only copies
 * references. Once it is on disk Raft is told, and purges the log up to it.
 */
final class SnapshotTaker {

  private static final Logger LOG = LoggerFactory.getLogger(SnapshotTaker.class);
  private static final long ANNOUNCE_MILLIS = 10_000;
  private static final long CLOSE_SECONDS = 5;

  /**
   * When a snapshot is due: after so many log entries or bytes, but never more often than the log
   * has grown by as much as the last snapshot was large.
   *
   * @param freeBytesMin a snapshot must leave this much of the disk free
   */
  record Policy(long entries, long bytes, long freeBytesMin) {
    boolean due(long entriesSince, long bytesSince, long lastSnapshotBytes) {
      boolean much = entriesSince >= entries || bytesSince >= bytes;
      return much && bytesSince >= lastSnapshotBytes / 2;
    }
  }

  /** The state to write, and the log entry that it includes last. */
  record Capture(TermIndex at, Snapshots.Content content) {}

  private final SimpleStateMachineStorage storage;
  private final Policy policy;
  private final Runnable announce;
  private final ExecutorService writer =
      Executors.newSingleThreadExecutor(
          task -> {
            var thread = new Thread(task, "store-snapshots");
            thread.setDaemon(true);
            return thread;
          });
  private final AtomicBoolean writing = new AtomicBoolean();
  private final AtomicReference<SingleFileSnapshotInfo> finished = new AtomicReference<>();
  private final AtomicLong lastBytes = new AtomicLong();
  private long entriesSince;
  private long bytesSince;

  /**
   * @param announce tells Raft that a snapshot was finished
   */
  SnapshotTaker(SimpleStateMachineStorage storage, Policy policy, Runnable announce) {
    this.storage = storage;
    this.policy = policy;
    this.announce = announce;
  }

  /** On the applying thread, after each entry. */
  void applied(int bytes, Supplier<Capture> capture) {
    entriesSince++;
    bytesSince += bytes;
    if (policy.due(entriesSince, bytesSince, lastBytes.get())
        && writing.compareAndSet(false, true)) {
      entriesSince = 0;
      bytesSince = 0;
      Capture captured = capture.get();
      writer.execute(() -> write(captured));
    }
  }

  private void write(Capture capture) {
    Path file = storage.getSnapshotFile(capture.at().getTerm(), capture.at().getIndex()).toPath();
    try {
      requireSpace(file);
      MD5Hash digest = Snapshots.write(file, capture.content());
      MD5FileUtil.saveMD5File(file.toFile(), digest);
      DurableFile.syncDirectory(DurableFile.parentOf(file));
      lastBytes.set(Files.size(file));
      finished.set(new SingleFileSnapshotInfo(new FileInfo(file, digest), capture.at()));
      announce.run();
    } catch (IOException | IllegalStateException failed) {
      // The log keeps everything, so nothing is lost: the next one is tried when it is due again.
      LOG.error("no snapshot was made, the log grows on: {}", failed.getMessage());
    } finally {
      writing.set(false);
    }
  }

  private void requireSpace(Path file) throws IOException {
    long free = Files.getFileStore(DurableFile.parentOf(file)).getUsableSpace();
    long needed = policy.freeBytesMin() + lastBytes.get() * 5 / 4;
    if (free < needed) {
      throw new IOException(
          "%s has %d bytes free and %d are wanted for a snapshot; free some space"
              .formatted(file.getParent(), free, needed));
    }
  }

  /** On the applying thread: makes the finished snapshot the latest one. */
  long newestFinished() {
    SingleFileSnapshotInfo info = finished.get();
    if (info != null) {
      storage.updateLatestSnapshot(info);
    }
    SingleFileSnapshotInfo latest = storage.getLatestSnapshot();
    return latest == null ? RaftLog.INVALID_LOG_INDEX : latest.getIndex();
  }

  /** Asks Raft to look at the finished snapshot, and so to purge the log and older snapshots. */
  static void announce(RaftServer server, RaftGroupId group) {
    var request =
        SnapshotManagementRequest.newCreate(
            ClientId.randomId(), server.getId(), group, 1, ANNOUNCE_MILLIS, 1);
    try {
      server
          .getDivision(group)
          .getRaftServer()
          .snapshotManagementAsync(request)
          .exceptionally(
              failure -> {
                LOG.warn("Raft did not take note of a snapshot: {}", failure.getMessage());
                return null;
              });
    } catch (IOException closing) {
      LOG.warn("Raft did not take note of a snapshot: {}", closing.getMessage());
    }
  }

  /** Lets a snapshot that is being written come to its end, within bounds. */
  void close() {
    writer.shutdown();
    try {
      if (!writer.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        LOG.warn("a snapshot was still being written at the close; the log has it all");
      }
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    }
  }
}
