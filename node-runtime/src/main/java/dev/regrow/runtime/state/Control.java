package dev.regrow.runtime.state;

import dev.regrow.runtime.RuntimeFailure;
import dev.regrow.runtime.syscall.Errno;
import dev.regrow.runtime.syscall.Kernel;
import dev.regrow.runtime.syscall.OpenFlag;
import dev.regrow.runtime.syscall.Signal;
import dev.regrow.runtime.syscall.SyscallException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;

/**
 * Commands to a shim through its fifo (docs/shim-protocol.md). The fifo is the instance's own, so a
 * command cannot reach another process, whatever became of the pids.
 */
public final class Control {

  private static final int SIZE = 32;
  private static final short VERSION = 1;
  private static final short STOP = 1;
  private static final short KILL = 2;
  private static final short LEASE = 3;

  private final Kernel kernel;
  private final Path fifo;
  private final int attempt;

  /**
   * @param stateDirectory of the instance
   * @param attempt the one that is meant; a later one takes no notice
   */
  public Control(Kernel kernel, Path stateDirectory, int attempt) {
    this.kernel = kernel;
    this.fifo = stateDirectory.resolve("ctl");
    this.attempt = attempt;
  }

  /** Sends the signal now, and kills what is left when the grace is over. */
  public boolean stop(Signal signal, Duration grace) {
    return send(STOP, signal.number(), grace.toNanos());
  }

  /** Kills all its processes now. */
  public boolean kill() {
    return send(KILL, 0, 0);
  }

  /** Moves the deadline; only ever later. */
  public boolean lease(long deadlineBoottimeNanos) {
    return send(LEASE, 0, deadlineBoottimeNanos);
  }

  /**
   * @return false if no shim lives to take it
   */
  private boolean send(short type, int signal, long value) {
    var command = ByteBuffer.allocate(SIZE).order(ByteOrder.LITTLE_ENDIAN);
    command.putShort(VERSION).putShort(type).putInt(signal).putLong(value).putInt(attempt);
    try (var fd = kernel.open(fifo, EnumSet.of(OpenFlag.WRITE_ONLY, OpenFlag.NONBLOCK), 0)) {
      kernel.write(fd, command.array());
      return true;
    } catch (SyscallException e) {
      if (e.errno() == Errno.ENXIO || e.errno() == Errno.ENOENT || e.errno() == Errno.EPIPE) {
        return false;
      }
      throw new RuntimeFailure(
          "cannot command the shim behind " + fifo + ": " + e.getMessage(), true, e);
    }
  }
}
