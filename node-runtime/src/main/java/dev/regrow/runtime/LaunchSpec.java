package dev.regrow.runtime;

import dev.regrow.runtime.image.PullPolicy;
import dev.regrow.runtime.image.source.Credentials;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Everything that one start of an instance needs. Units: millicores, bytes, counts.
 *
 * @param attempt counts starts of this instance, from 1
 * @param slot as {@code web-2}; also the host name inside
 * @param labels opaque text that comes back with an adopted instance (workload uid, epoch, ...)
 * @param rootfs a directory, never written to, without a link in its path; null: the host's
 *     programs, read-only
 * @param image what its root comes from, if not from a directory; it must be brought here first
 * @param layers of its image, once that is here
 * @param leaseUntilBootNanos if not null, asked when the shim is started: the shim kills the
 *     instance at this CLOCK_BOOTTIME, unless it is renewed, and starts nothing after it
 * @param grants of all its programs
 */
public record LaunchSpec(
    InstanceKey key,
    int attempt,
    String slot,
    Map<String, String> labels,
    @Nullable Path rootfs,
    boolean readOnlyRoot,
    List<String> command,
    Map<String, String> env,
    int uid,
    int gid,
    String workdir,
    Network network,
    List<Mount> mounts,
    Limits limits,
    String stopSignal,
    Duration stopGrace,
    @Nullable LongSupplier leaseUntilBootNanos,
    @Nullable Image image,
    @Nullable Layers layers,
    Grants grants) {

  public LaunchSpec {
    labels = Map.copyOf(labels);
    command = List.copyOf(command);
    mounts = List.copyOf(mounts);
  }

  /** Without an image and grants. */
  public LaunchSpec(
      InstanceKey key,
      int attempt,
      String slot,
      Map<String, String> labels,
      @Nullable Path rootfs,
      boolean readOnlyRoot,
      List<String> command,
      Map<String, String> env,
      int uid,
      int gid,
      String workdir,
      Network network,
      List<Mount> mounts,
      Limits limits,
      String stopSignal,
      Duration stopGrace,
      @Nullable LongSupplier leaseUntilBootNanos) {
    this(
        key,
        attempt,
        slot,
        labels,
        rootfs,
        readOnlyRoot,
        command,
        env,
        uid,
        gid,
        workdir,
        network,
        mounts,
        limits,
        stopSignal,
        stopGrace,
        leaseUntilBootNanos,
        null,
        null,
        Grants.NONE);
  }

  /** The same, with these paths of the host in the place of its own. */
  public LaunchSpec showing(@Nullable Path root, List<Mount> shown) {
    return new LaunchSpec(
        key,
        attempt,
        slot,
        labels,
        root,
        readOnlyRoot,
        command,
        env,
        uid,
        gid,
        workdir,
        network,
        shown,
        limits,
        stopSignal,
        stopGrace,
        leaseUntilBootNanos,
        image,
        layers,
        grants);
  }

  /** The same, from an image. */
  public LaunchSpec from(Image of) {
    return new LaunchSpec(
        key,
        attempt,
        slot,
        labels,
        null,
        readOnlyRoot,
        command,
        env,
        uid,
        gid,
        workdir,
        network,
        mounts,
        limits,
        stopSignal,
        stopGrace,
        leaseUntilBootNanos,
        of,
        null,
        grants);
  }

  /** The same, with these. */
  public LaunchSpec granted(Grants grants) {
    return new LaunchSpec(
        key,
        attempt,
        slot,
        labels,
        rootfs,
        readOnlyRoot,
        command,
        env,
        uid,
        gid,
        workdir,
        network,
        mounts,
        limits,
        stopSignal,
        stopGrace,
        leaseUntilBootNanos,
        image,
        layers,
        grants);
  }

  /**
   * What to run from.
   *
   * @param reference as {@code oci:host/name:tag@sha256:…} or {@code layout:/path}
   * @param ownUser whether the image says as whom it runs; likewise the others
   * @param credentials for its registry; null: those of the node, if any
   */
  public record Image(
      String reference,
      PullPolicy policy,
      boolean ownUser,
      boolean ownWorkdir,
      boolean ownStopSignal,
      @Nullable Credentials credentials) {}

  /**
   * Where the layers of an image are.
   *
   * @param names below the directory, the lowest first
   * @param wanted directories that the image lacks and the instance needs
   */
  public record Layers(Path directory, List<String> names, List<String> wanted) {
    public Layers {
      names = List.copyOf(names);
      wanted = List.copyOf(wanted);
    }
  }

  /** Which network the instance sees. */
  public enum Network {
    HOST,
    NONE,
    BRIDGE
  }

  /** Something that appears inside at {@code at}. */
  public sealed interface Mount {
    String at();

    record Host(Path source, String at, boolean readOnly) implements Mount {}

    record Tmpfs(long bytes, String at, boolean readOnly) implements Mount {}

    /** The slot's own directory of a named volume; it is made when it is first used. */
    record Volume(String name, String at, boolean readOnly) implements Mount {}

    /**
     * A directory of this instance alone, on disk: it outlives restarts in place, and goes with the
     * instance.
     *
     * @param from the directories of its image's layers that it begins as a copy of, the lowest
     *     first; none: it begins empty, and is the instance's user's
     */
    record Own(String at, List<Path> from) implements Mount {
      public Own {
        from = List.copyOf(from);
      }
    }

    /**
     * A read-only directory in memory.
     *
     * @param content of its files, by their names
     * @param closed only for the instance's user; otherwise all its users may read
     */
    record Files(Map<String, Bytes> content, String at, boolean closed) implements Mount {
      public Files {
        content = Map.copyOf(content);
      }
    }
  }

  /** What a file holds; shows nothing of it. */
  public static final class Bytes {
    private final byte[] bytes;

    public Bytes(byte[] bytes) {
      this.bytes = bytes.clone();
    }

    public byte[] toArray() {
      return bytes.clone();
    }

    @Override
    public String toString() {
      return bytes.length + " bytes";
    }
  }

  /** Limits of each process, as getrlimit(2) numbers them on x86-64 and ARM64. */
  public enum Ulimit {
    STACK(3),
    CORE(4),
    NPROC(6),
    NOFILE(7),
    MEMLOCK(8);

    private final int number;

    Ulimit(int number) {
      this.number = number;
    }

    public int number() {
      return number;
    }

    /** As manifests write it. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * What it may use.
   *
   * @param cpuMillis its share, relative to others
   * @param cpuLimitMillis a hard quota; 0: none
   * @param memoryBytes its request; protected where the kernel can
   * @param memoryLimitBytes a hard limit
   * @param pids a hard limit
   * @param ioWeight 1..10000, its part of a disk's time; 0: not said
   * @param diskBytes of what it writes to its root; 0: not said
   * @param ulimits of each process, those that were said
   */
  public record Limits(
      long cpuMillis,
      long cpuLimitMillis,
      long memoryBytes,
      long memoryLimitBytes,
      long pids,
      int ioWeight,
      long diskBytes,
      Map<Ulimit, Long> ulimits) {

    public Limits {
      ulimits = Map.copyOf(ulimits);
    }

    public Limits(
        long cpuMillis, long cpuLimitMillis, long memoryBytes, long memoryLimitBytes, long pids) {
      this(cpuMillis, cpuLimitMillis, memoryBytes, memoryLimitBytes, pids, 0, 0, Map.of());
    }

    public Limits with(Map<Ulimit, Long> said) {
      return new Limits(
          cpuMillis,
          cpuLimitMillis,
          memoryBytes,
          memoryLimitBytes,
          pids,
          ioWeight,
          diskBytes,
          said);
    }

    public Limits withIoWeight(int weight) {
      return new Limits(
          cpuMillis,
          cpuLimitMillis,
          memoryBytes,
          memoryLimitBytes,
          pids,
          weight,
          diskBytes,
          ulimits);
    }

    public Limits withDisk(long bytes) {
      return new Limits(
          cpuMillis, cpuLimitMillis, memoryBytes, memoryLimitBytes, pids, ioWeight, bytes, ulimits);
    }
  }
}
