package dev.regrow.runtime.process;

import dev.regrow.runtime.LaunchSpec.Mount;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Which paths of the host instances may mount: none but those that the operator names. */
final class HostPaths {

  private HostPaths() {}

  /** A sentence when a mount leads anywhere else, symbolic links followed; empty if all may be. */
  static Optional<String> refusal(List<Mount> mounts, List<Path> allowed) {
    for (Mount mount : mounts) {
      if (mount instanceof Mount.Host host && !isAllowed(host.source(), allowed)) {
        return Optional.of(
            "the path %s of the host is not open to instances on this node; start it with --host-paths %s"
                .formatted(host.source(), host.source()));
      }
    }
    return Optional.empty();
  }

  private static boolean isAllowed(Path source, List<Path> allowed) {
    Path real = real(source);
    return allowed.stream().map(HostPaths::real).anyMatch(real::startsWith);
  }

  /** What does not exist is judged as it is written; mounting it fails later, with its own word. */
  private static Path real(Path path) {
    try {
      return path.toRealPath();
    } catch (IOException missing) {
      return path.toAbsolutePath().normalize();
    }
  }
}
