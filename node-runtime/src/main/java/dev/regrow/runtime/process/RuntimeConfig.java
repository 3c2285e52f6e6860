package dev.regrow.runtime.process;

import dev.regrow.runtime.fault.FaultKind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a node's runtime is told.
 *
 * @param nodeUid names all that it makes: lower-case letters and digits, at most 16
 * @param dataDirectory logs are below {@code logs}, which is made
 * @param logBytesPerFile a log file is rotated when it has grown to this
 * @param logFiles how many files an attempt has at most, the current one included
 * @param logAttempts of how many attempts of an instance logs are kept at most
 * @param logBytesMax how much of them is kept at most, per instance
 * @param networkRange of addresses for instances on the bridge, as 10.210.0.0/22; null: chosen
 * @param faults that others may put into this node
 * @param hostPaths instances may mount these and what is below them, and nothing else of the host
 * @param pace how often it looks by itself
 */
public record RuntimeConfig(
    String nodeUid,
    Path dataDirectory,
    long logBytesPerFile,
    int logFiles,
    int logAttempts,
    long logBytesMax,
    List<Path> hostPaths,
    @Nullable String networkRange,
    Set<FaultKind> faults,
    Pace pace) {

  /**
   * How often it is looked at what nobody tells.
   *
   * @param roots at what instances have written to theirs
   * @param network whether somebody removed a part of the bridge or of its rules
   */
  public record Pace(Duration roots, Duration network) {
    static final Pace USUAL = new Pace(Duration.ofSeconds(5), Duration.ofSeconds(10));
  }

  public RuntimeConfig {
    if (!nodeUid.matches("[a-z0-9]{1,16}")) {
      throw new IllegalArgumentException("no node uid: '" + nodeUid + "'");
    }
    hostPaths = List.copyOf(hostPaths);
    faults = Set.copyOf(faults);
  }

  public static RuntimeConfig of(String nodeUid, Path dataDirectory) {
    return new RuntimeConfig(
        nodeUid, dataDirectory, 10L << 20, 3, 5, 64L << 20, List.of(), null, Set.of(), Pace.USUAL);
  }

  /** The same, with these paths of the host open to instances. */
  public RuntimeConfig withHostPaths(List<Path> allowed) {
    return new RuntimeConfig(
        nodeUid,
        dataDirectory,
        logBytesPerFile,
        logFiles,
        logAttempts,
        logBytesMax,
        allowed,
        networkRange,
        faults,
        pace);
  }

  /** The same, with this range of addresses for instances on the bridge; null: chosen. */
  public RuntimeConfig withNetworkRange(@Nullable String range) {
    return new RuntimeConfig(
        nodeUid,
        dataDirectory,
        logBytesPerFile,
        logFiles,
        logAttempts,
        logBytesMax,
        hostPaths,
        range,
        faults,
        pace);
  }

  /** The same, with these faults open to whoever may order them. */
  public RuntimeConfig withFaults(Set<FaultKind> allowed) {
    return new RuntimeConfig(
        nodeUid,
        dataDirectory,
        logBytesPerFile,
        logFiles,
        logAttempts,
        logBytesMax,
        hostPaths,
        networkRange,
        allowed,
        pace);
  }

  /** The same, looking as often as this. */
  RuntimeConfig withPace(Pace other) {
    return new RuntimeConfig(
        nodeUid,
        dataDirectory,
        logBytesPerFile,
        logFiles,
        logAttempts,
        logBytesMax,
        hostPaths,
        networkRange,
        faults,
        other);
  }

  /** What registries know this node by, as docker login writes it; need not be there. */
  Path registryAuth() {
    return dataDirectory.resolve("registry-auth.json");
  }

  Path logs() {
    return dataDirectory.resolve("logs");
  }
}
