package dev.regrow.runtime.namespace;

import static dev.regrow.runtime.namespace.RootStep.IDMAPPED;
import static dev.regrow.runtime.namespace.RootStep.NODEV;
import static dev.regrow.runtime.namespace.RootStep.NOEXEC;
import static dev.regrow.runtime.namespace.RootStep.NOSUID;
import static dev.regrow.runtime.namespace.RootStep.OPTIONAL;
import static dev.regrow.runtime.namespace.RootStep.READ_ONLY;
import static dev.regrow.runtime.namespace.RootStep.RECURSIVE;
import static dev.regrow.runtime.namespace.RootStep.STRAIGHT;

import dev.regrow.runtime.LaunchSpec;
import dev.regrow.runtime.LaunchSpec.Mount;
import dev.regrow.runtime.RuntimeFailure;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Decides what the root file system of an instance consists of. Pure: equal specs, equal steps. */
public final class RootPlan {

  private static final int QUIET = NOSUID | NODEV | NOEXEC;
  private static final long MIB = 1L << 20;
  private static final long SMALLEST_TMP = 16 * MIB;
  private static final long DEFAULT_TMP = 64 * MIB;
  private static final int TTY_GROUP = 5;

  /** What tells of the machine, or lets one change it. */
  private static final List<String> MASKED =
      List.of(
          "/proc/acpi",
          "/proc/asound",
          "/proc/interrupts",
          "/proc/kcore",
          "/proc/keys",
          "/proc/key-users",
          "/proc/latency_stats",
          "/proc/sched_debug",
          "/proc/scsi",
          "/proc/timer_list",
          "/proc/timer_stats",
          "/sys/devices/virtual/powercap",
          "/sys/firmware");

  private static final List<String> UNWRITABLE =
      List.of(
          "/proc/bus",
          "/proc/fs",
          "/proc/irq",
          "/proc/pressure",
          "/proc/sys",
          "/proc/sysrq-trigger");

  private static final Map<String, Integer> MEMORY_DEVICES =
      new TreeMap<>(Map.of("null", 3, "zero", 5, "full", 7, "random", 8, "urandom", 9));

  private final LaunchSpec spec;
  private final IdRange ids;
  private final Path files;
  private final Map<String, Lower> volumes;
  private final List<RootStep> steps = new ArrayList<>();

  private RootPlan(LaunchSpec spec, IdRange ids, Path files, Map<String, Lower> volumes) {
    this.spec = spec;
    this.ids = ids;
    this.files = files;
    this.volumes = Map.copyOf(volumes);
  }

  /**
   * @param lower the root file system; null: the host's programs
   * @param writable where an overlay keeps what is written; only used with a lower that may be
   * @param files where the directories of files are, by the numbers of their mounts
   * @param volumes the directories of its named volumes; shifted: its own ids own what is there
   * @param names of machines, for instances that have a network
   */
  public static List<RootStep> of(
      LaunchSpec spec,
      IdRange ids,
      HostPrograms host,
      @Nullable Lower lower,
      Path writable,
      Path files,
      Map<String, Lower> volumes,
      Names names) {
    var plan = new RootPlan(spec, ids, files, volumes);
    plan.root(lower, host, writable);
    plan.kernelFilesystems();
    plan.devices();
    plan.identity(names);
    if (spec.layers() != null) {
      spec.layers().wanted().forEach(plan::wanted);
    }
    spec.mounts().forEach(plan::mount);
    if (lower == null || spec.readOnlyRoot()) {
      plan.steps.add(RootStep.seal());
    }
    return List.copyOf(plan.steps);
  }

  private void root(@Nullable Lower lower, HostPrograms host, Path writable) {
    if (lower != null) {
      int owners = lower.shifted() ? 0 : IDMAPPED;
      int way = lower.directory().equals(spec.rootfs()) ? STRAIGHT : 0;
      var directory = plain(lower.directory());
      if (!lower.layers().isEmpty()) {
        steps.add(RootStep.layers(directory, topFirst(lower.layers())));
      }
      var kept = spec.readOnlyRoot() ? "" : plain(writable);
      steps.add(RootStep.rootOverlay(directory, kept, NOSUID | NODEV | owners | way));
    } else {
      steps.add(RootStep.rootTmpfs(MIB, ids.hostId(0), ids.hostId(0)));
      host.links().forEach((path, target) -> steps.add(RootStep.symlink(path, target)));
      host.directories().forEach(path -> readOnly(path, path));
      readOnly(host.etc().toString(), "/etc");
      scratch("/var/tmp", 01777, 0);
    }
    if (lower == null || spec.readOnlyRoot()) {
      scratch("/tmp", 01777, 0);
      scratch("/run", 0755, spec.uid());
    }
  }

  /** As overlayfs wants its lower directories. */
  private static String topFirst(List<String> layers) {
    var reversed = new ArrayList<>(layers);
    Collections.reverse(reversed);
    return String.join(":", reversed);
  }

  private void readOnly(String source, String path) {
    steps.add(RootStep.bind(source, path, READ_ONLY | NOSUID | NODEV | RECURSIVE));
    boolean extended =
        spec.mounts().stream()
            .map(mount -> Path.of(mount.at()).normalize())
            .anyMatch(at -> at.startsWith(path) && !at.equals(Path.of(path)));
    if (extended) {
      steps.add(RootStep.extend(path));
    }
  }

  private void scratch(String path, int mode, int owner) {
    long limit = spec.limits().memoryLimitBytes();
    long bytes = limit == 0 ? DEFAULT_TMP : Math.max(SMALLEST_TMP, limit / 2);
    int group = owner == 0 ? 0 : spec.gid();
    steps.add(
        RootStep.tmpfs(path, NOSUID | NODEV, mode, ids.hostId(owner), ids.hostId(group), bytes));
  }

  private void kernelFilesystems() {
    steps.add(RootStep.filesystem("proc", "/proc", QUIET, 0));
    steps.add(RootStep.filesystem("sysfs", "/sys", QUIET | READ_ONLY, 0));
  }

  private void devices() {
    int root = ids.hostId(0);
    // Owned by the host's root, who is nobody inside: not even the instance's root adds to it.
    steps.add(RootStep.tmpfs("/dev", NOSUID | NOEXEC, 0755, 0, 0, MIB / 16));
    MEMORY_DEVICES.forEach((name, minor) -> steps.add(RootStep.device("/dev/" + name, 1, minor)));
    steps.add(RootStep.device("/dev/tty", 5, 0));
    steps.add(RootStep.filesystem("devpts", "/dev/pts", NOSUID | NOEXEC, ids.hostId(TTY_GROUP)));
    steps.add(RootStep.symlink("/dev/ptmx", "pts/ptmx"));
    steps.add(RootStep.tmpfs("/dev/shm", QUIET, 01777, root, root, DEFAULT_TMP));
    steps.add(RootStep.filesystem("mqueue", "/dev/mqueue", QUIET | OPTIONAL, 0));
    steps.add(RootStep.symlink("/dev/fd", "/proc/self/fd"));
    steps.add(RootStep.symlink("/dev/stdin", "/proc/self/fd/0"));
    steps.add(RootStep.symlink("/dev/stdout", "/proc/self/fd/1"));
    steps.add(RootStep.symlink("/dev/stderr", "/proc/self/fd/2"));
    // After /dev/null is there: files are masked by it.
    MASKED.forEach(path -> steps.add(RootStep.mask(path)));
    UNWRITABLE.forEach(path -> steps.add(RootStep.makeReadOnly(path)));
  }

  /**
   * What an instance knows of names.
   *
   * @param resolvConf the host's
   * @param address the instance's own, if it has one
   */
  public record Names(String resolvConf, @Nullable String address) {}

  private void identity(Names names) {
    var name = spec.slot();
    steps.add(RootStep.text("/etc/hostname", name + "\n"));
    steps.add(
        RootStep.text(
            "/etc/hosts",
            "127.0.0.1 localhost\n::1 localhost ip6-localhost\n%s %s\n"
                .formatted(names.address() == null ? "127.0.1.1" : names.address(), name)));
    var resolvConf =
        switch (spec.network()) {
          case HOST -> names.resolvConf();
          case BRIDGE -> Resolvers.beyondThisMachine(names.resolvConf());
          case NONE -> "";
        };
    steps.add(RootStep.text("/etc/resolv.conf", resolvConf));
  }

  private void wanted(String path) {
    steps.add(RootStep.directory(path, 0755, ids.hostId(spec.uid()), ids.hostId(spec.gid())));
  }

  private void mount(Mount mount) {
    var at = Path.of(mount.at()).normalize();
    boolean ours =
        at.getNameCount() == 0 || List.of("proc", "sys", "dev").contains(at.getName(0).toString());
    if (!at.isAbsolute() || ours) {
      throw refused(
          "cannot mount at '%s': choose an absolute path outside of /proc, /sys and /dev", at);
    }
    if (mount instanceof Mount.Host host) {
      // What can be written keeps its owners' numbers: uid 1000 inside is uid 1000 on that disk.
      int access = host.readOnly() ? READ_ONLY : IDMAPPED;
      steps.add(
          RootStep.bind(
              host.source().toString(),
              at.toString(),
              access | NOSUID | NODEV | RECURSIVE | STRAIGHT));
    } else if (mount instanceof Mount.Volume volume) {
      kept(volumes.get(volume.name()), at, volume.readOnly());
    } else if (mount instanceof Mount.Own own) {
      kept(volumes.get(own.at()), at, false);
    } else if (mount instanceof Mount.Files) {
      var made = files.resolve(Integer.toString(spec.mounts().indexOf(mount)));
      steps.add(RootStep.bind(made.toString(), at.toString(), READ_ONLY | NOSUID | NODEV | NOEXEC));
    } else if (mount instanceof Mount.Tmpfs tmpfs) {
      int access = tmpfs.readOnly() ? READ_ONLY : 0;
      steps.add(
          RootStep.tmpfs(
              at.toString(),
              access | NOSUID | NODEV,
              0755,
              ids.hostId(spec.uid()),
              ids.hostId(spec.gid()),
              tmpfs.bytes()));
    }
  }

  private void kept(@Nullable Lower shown, Path at, boolean readOnly) {
    if (shown == null) {
      throw refused("there is no directory for the volume at %s", at);
    }
    int access = readOnly ? READ_ONLY : 0;
    int owners = shown.shifted() ? 0 : IDMAPPED;
    steps.add(
        RootStep.bind(
            shown.directory().toString(), at.toString(), access | owners | NOSUID | NODEV));
  }

  /** Overlay options are separated by commas and colons, and may not hold them. */
  private static String plain(Path path) {
    var text = path.toString();
    if (!path.isAbsolute() || text.matches("(?s).*[,:\\\\].*")) {
      throw refused(
          "cannot use the root file system '%s': its path must be absolute, without , : and \\",
          path);
    }
    return text;
  }

  private static RuntimeFailure refused(String message, Path path) {
    return new RuntimeFailure(message.formatted(path), false);
  }
}
