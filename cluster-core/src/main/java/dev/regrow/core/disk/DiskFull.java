package dev.regrow.core.disk;

import org.jspecify.annotations.Nullable;

/** Tells by a failure's words that a disk had no room, as the JDK has no type for it. Pure. */
public final class DiskFull {

  private DiskFull() {}

  /** Whether the disk, or a quota on it, had no room: the failure says so, or what caused it. */
  public static boolean caused(@Nullable Throwable failure) {
    for (Throwable at = failure; at != null; at = at.getCause()) {
      String message = at.getMessage();
      if (message != null
          && (message.contains("No space left on device")
              || message.contains("Disk quota exceeded"))) {
        return true;
      }
    }
    return false;
  }
}
