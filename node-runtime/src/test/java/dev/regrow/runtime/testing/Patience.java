package dev.regrow.runtime.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * How long a test waits for what is sure to happen. It says that something is stuck, never that it
 * is slow: the emulated machine of the gate takes half a minute to start a JVM.
 */
public final class Patience {

  /** 30 s, and ten times that in an emulated machine. */
  public static final Duration LONG = Duration.ofSeconds(isEmulated() ? 300 : 30);

  private Patience() {}

  /** Whether this kernel was started by {@code .ci/cgroup2-guest}, which tells it so. */
  public static boolean isEmulated() {
    try {
      return Files.readString(Path.of("/proc/cmdline")).contains("regrow.guest");
    } catch (IOException unreadable) {
      return false;
    }
  }
}
