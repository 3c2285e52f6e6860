package dev.regrow.runtime.process;

import dev.regrow.runtime.syscall.Kernel;
import dev.regrow.runtime.syscall.SyscallException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the service manager that started this process how it is (sd_notify(3)); says nothing when
 * there is none. What cannot be told is logged, and hinders nobody.
 */
public final class ServiceManager {

  private static final Logger LOG = LoggerFactory.getLogger(ServiceManager.class);

  private final @Nullable String socket;
  private final Supplier<Kernel> kernel;

  /** Whether the start is over, one way or the other: it must not seem to begin again. */
  private boolean started;

  private ServiceManager(@Nullable String socket, Supplier<Kernel> kernel) {
    this.socket = socket;
    this.kernel = kernel;
  }

  /**
   * The one that NOTIFY_SOCKET names: a path, or @ and an abstract name.
   *
   * @param environment of this process
   */
  public static ServiceManager in(Map<String, String> environment) {
    var socket = environment.get("NOTIFY_SOCKET");
    return new ServiceManager(socket == null || socket.isEmpty() ? null : socket, Kernel::load);
  }

  /**
   * The start is over; units that wait for this one may go on.
   *
   * @param status one line for people
   */
  public synchronized void ready(String status) {
    started = true;
    tell("READY=1\nSTATUS=" + line(status));
  }

  /**
   * The start goes on: a manager that gives starts a time must not end this one before so long has
   * passed once more. Says nothing when the start is over.
   *
   * @param status one line for people
   */
  public synchronized void starting(String status, Duration within) {
    if (!started) {
      tell("EXTEND_TIMEOUT_USEC=%d\nSTATUS=%s".formatted(within.toNanos() / 1000, line(status)));
    }
  }

  /** A word on what is going on, one line. */
  public void status(String status) {
    tell("STATUS=" + line(status));
  }

  /** The end has begun. */
  public synchronized void stopping(String status) {
    started = true;
    tell("STOPPING=1\nSTATUS=" + line(status));
  }

  private static String line(String text) {
    return text.replace('\n', ' ');
  }

  private void tell(String message) {
    if (socket == null) {
      return; // And JNR-FFI is not loaded for it.
    }
    try {
      kernel.get().sendDatagram(socket, message.getBytes(StandardCharsets.UTF_8));
    } catch (SyscallException e) {
      LOG.warn("Cannot tell the service manager: {}", e.getMessage());
    }
  }
}
