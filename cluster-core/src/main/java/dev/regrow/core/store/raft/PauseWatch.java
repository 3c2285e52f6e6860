package dev.regrow.core.store.raft;

import java.lang.reflect.Field;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.util.JvmPauseMonitor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ratis' watch for pauses of the process, by which a leader that slept gives the lead up. Without
 * other servers there is nobody to give it to, and the watch wakes several times a second, which is
 * a tenth of what an idle node costs; Ratis 3.3.0 has no setting for it.
 */
final class PauseWatch {

  private static final Logger LOG = LoggerFactory.getLogger(PauseWatch.class);

  private final RaftServer server;

  /** Ratis starts it with the server. */
  private boolean watching = true;

  PauseWatch(RaftServer server) {
    this.server = server;
  }

  /** From one thread. A server that is closed takes no notice. */
  void set(boolean wanted) {
    if (wanted == watching) {
      return;
    }
    watching = wanted;
    try {
      Field field = server.getClass().getDeclaredField("pauseMonitor");
      field.setAccessible(true);
      if (field.get(server) instanceof JvmPauseMonitor monitor) {
        if (wanted) {
          monitor.start();
        } else {
          monitor.stop();
        }
      }
    } catch (ReflectiveOperationException | RuntimeException another) {
      LOG.info("this release of Ratis watches for pauses in its own way: {}", another.toString());
    }
  }
}
