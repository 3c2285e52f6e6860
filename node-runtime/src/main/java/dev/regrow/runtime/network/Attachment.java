package dev.regrow.runtime.network;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The network of an instance.
 *
 * @param address of the instance; null: it is alone there
 * @param namespace what opens its network namespace
 */
public record Attachment(@Nullable String address, Path namespace) {

  /** What opens it as long as this process has it open. */
  static Path pathOf(int descriptor) {
    return Path.of("/proc/%d/fd/%d".formatted(ProcessHandle.current().pid(), descriptor));
  }
}
