package dev.regrow.actors.instance;

import dev.regrow.runtime.syscall.Kernel;
import java.time.Instant;

/** The two clocks of a node. Only the first decides when something starts, stops or is fenced. */
public interface NodeClock {

  /** CLOCK_BOOTTIME in nanoseconds. */
  long bootNanos();

  /** For people. */
  Instant wall();

  /** Of the machine; see clock_gettime(2). */
  static NodeClock ofMachine() {
    var kernel = Kernel.load();
    return new NodeClock() {
      @Override
      public long bootNanos() {
        return kernel.boottimeNanos();
      }

      @Override
      public Instant wall() {
        return Instant.now();
      }
    };
  }
}
