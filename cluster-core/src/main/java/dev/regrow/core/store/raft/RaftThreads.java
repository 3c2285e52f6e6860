package dev.regrow.core.store.raft;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads of one start of the Raft server. When the disk refuses a write, Ratis closes the log
 * in the middle of what its other threads do with it, and those that ask the log for something then
 * die of that. It is told as what it is; the disk is judged where the write failed.
 */
final class RaftThreads extends ThreadGroup {

  private static final Logger LOG = LoggerFactory.getLogger(RaftThreads.class);

  /** What Ratis keeps to tell who closed something; it gives no other sign. */
  private static final String CLOSE_TRACE = "org.apache.ratis.util.OpenCloseState$CloseTrace";

  RaftThreads(String server) {
    super(server);
  }

  @Override
  public void uncaughtException(Thread thread, Throwable failure) {
    if (isOfClosedLog(failure)) {
      LOG.warn("{} ended, since the log was closed: {}", thread.getName(), failure.getMessage());
    } else {
      super.uncaughtException(thread, failure);
    }
  }

  private static boolean isOfClosedLog(Throwable failure) {
    for (Throwable at = failure; at != null; at = at.getCause()) {
      if (at.getClass().getName().equals(CLOSE_TRACE)) {
        return true;
      }
    }
    return false;
  }
}
