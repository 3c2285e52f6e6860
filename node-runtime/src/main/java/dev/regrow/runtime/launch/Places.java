package dev.regrow.runtime.launch;

import dev.regrow.runtime.network.Attachment;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where an attempt lives; all of it exists before the launch.
 *
 * @param stateDirectory the instance's own, on a tmpfs
 * @param filesDirectory the instance's own, on a tmpfs; not within the state directory, which the
 *     shim covers while it builds the root
 * @param logDirectory the instance's own
 * @param cgroup1Tasks files that a process writes "0" to in order to join
 * @param cgroup2 the directory to be born in; empty on v1 only
 * @param logBytesPerFile at least 4096
 * @param logFiles at least 1
 * @param network of an instance that has a network of its own; null: it has the host's, or one that
 *     the launcher is to find
 */
public record Places(
    Path stateDirectory,
    Path filesDirectory,
    Path logDirectory,
    List<Path> cgroup1Tasks,
    Optional<Path> cgroup2,
    long logBytesPerFile,
    int logFiles,
    @Nullable Attachment network) {

  public Places {
    cgroup1Tasks = List.copyOf(cgroup1Tasks);
  }

  Places with(Attachment own) {
    return new Places(
        stateDirectory,
        filesDirectory,
        logDirectory,
        cgroup1Tasks,
        cgroup2,
        logBytesPerFile,
        logFiles,
        own);
  }
}
