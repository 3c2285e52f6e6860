package dev.regrow.actors.instance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;

/** The two clocks of a node. Only the first decides when something starts, stops or is fenced. */
public interface NodeClock {

  /** CLOCK_BOOTTIME in nanoseconds, at most 10 ms behind: never ahead, so deadlines are early. */
  long bootNanos();

  /** For people. */
  Instant wall();

  /** Of the machine; see proc_uptime(5). */
  static NodeClock ofMachine() {
    return new NodeClock() {
      @Override
      public long bootNanos() {
        try {
          var uptime = Files.readString(Path.of("/proc/uptime"));
          return new BigDecimal(uptime.substring(0, uptime.indexOf(' ')))
              .movePointRight(9)
              .longValueExact();
        } catch (IOException e) {
          throw new UncheckedIOException("cannot read /proc/uptime: is /proc mounted?", e);
        }
      }

      @Override
      public Instant wall() {
        return Instant.now();
      }
    };
  }
}
