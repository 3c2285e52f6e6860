package dev.regrow.runtime.process;

import dev.regrow.runtime.syscall.Kernel;
import dev.regrow.runtime.syscall.SyscallException;
import java.nio.charset.StandardCharsets;
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
  public void ready(String status) {
    tell("READY=1\nSTATUS=" + line(status));
  }

  /** A word on what is going on, one line. */
  public void status(String status) {
    tell("STATUS=" + line(status));
  }

  /** The end has begun. */
  public void stopping(String status) {
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
