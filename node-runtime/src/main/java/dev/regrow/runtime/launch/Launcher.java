package dev.regrow.runtime.launch;

import dev.regrow.runtime.InstanceKey;
import dev.regrow.runtime.LaunchSpec;
import dev.regrow.runtime.RuntimeFailure;
import dev.regrow.runtime.disk.Written;
import dev.regrow.runtime.namespace.HostEtc;
import dev.regrow.runtime.namespace.HostPrograms;
import dev.regrow.runtime.namespace.IdRange;
import dev.regrow.runtime.namespace.IdRanges;
import dev.regrow.runtime.namespace.Lower;
import dev.regrow.runtime.namespace.ShiftedCopies;
import dev.regrow.runtime.network.LoneNetworks;
import dev.regrow.runtime.seccomp.Architecture;
import dev.regrow.runtime.shim.ShimBinary;
import dev.regrow.runtime.syscall.Kernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Starts attempts, each under a shim of its own. Its methods block for some milliseconds: call them
 * on threads that may. Thread-safe.
 */
public final class Launcher implements AutoCloseable {

  private static final String ROOTS = "roots";
  private static final String OWN = "own";
  private static final String COPIES = "shifted";
  private static final String VOLUMES = "volumes";
  private static final Path RESOLV_CONF = Path.of("/etc/resolv.conf");
  private static final Path SYSTEMDS = Path.of("/run/systemd/resolve/resolv.conf");

  private final Kernel kernel;
  final IdRanges ids;
  private final Path roots;
  private final ShiftedCopies copies;
  private final SlotVolumes volumes;

  /** Devices whose file systems were seen to have no idmapped mounts. */
  private final Set<Object> ownersFixed = ConcurrentHashMap.newKeySet();

  private final Path program;
  private final Shims shims;
  private final LoneNetworks loneNetworks;
  private final HostPrograms host;
  private final Filters filters;
  private final ProcessLimits processes;

  private Launcher(Kernel kernel, IdRanges ids, Path data, HostPrograms host) throws IOException {
    this.kernel = kernel;
    this.ids = ids;
    this.roots = data.resolve(ROOTS);
    this.copies =
        new ShiftedCopies(data.resolve(COPIES), ShiftedCopies.Bounds.USUAL, kernel::isOpaque);
    this.volumes = new SlotVolumes(data.resolve(VOLUMES), data.resolve(OWN), kernel);
    this.program = ShimBinary.install(data.resolve("shim"));
    this.shims = new Shims(kernel, program);
    this.loneNetworks = new LoneNetworks(kernel);
    this.host = host;
    this.filters = new Filters(Architecture.ofThisMachine());
    this.processes = ProcessLimits.ofThisProcess();
  }

  /**
   * @param data the node's own directory, closed to others, on a file system that allows exec
   * @param idRangeClaims shared by the nodes of this machine, as /run/regrow/id-ranges
   * @param bootId of this boot of the machine
   */
  public static Launcher of(
      Kernel kernel, Path data, Path idRangeClaims, String nodeUid, String bootId) {
    try {
      var etc = HostEtc.copy(Path.of("/etc"), data.resolve("host-etc"), bootId);
      var ids = new IdRanges(idRangeClaims, data.resolve("id-ranges"), nodeUid);
      return new Launcher(kernel, ids, data, HostPrograms.find(Path.of("/"), etc));
    } catch (IOException e) {
      throw new RuntimeFailure("cannot prepare for launches in " + data + ": " + e, true, e);
    }
  }

  /**
   * Deletes what instances wrote to their roots, and gives the id ranges of a node back, once
   * nothing of it runs any more. Idempotent.
   */
  public static void sweep(Path data, Path idRangeClaims, String nodeUid) {
    PlanExecutor.remove(data.resolve(ROOTS));
    PlanExecutor.remove(data.resolve(OWN));
    PlanExecutor.remove(data.resolve(COPIES));
    IdRanges.releaseAll(idRangeClaims, nodeUid);
  }

  /**
   * Starts an attempt and returns once exec has succeeded.
   *
   * @throws RuntimeFailure if it did not; nothing of it is left then
   */
  public Launched launch(LaunchSpec spec, Places places) {
    PlanExecutor.remove(root(spec.key())); // of the attempts before
    var range = ids.of(slot(spec.key(), spec.slot()));
    try {
      return spec.network() == LaunchSpec.Network.NONE
          ? launchAlone(spec, places, range)
          : launch(spec, places, range);
    } catch (Refusal e) {
      throw StartFailures.of(spec.key().instanceId(), e.failed());
    } finally {
      shims.refill();
    }
  }

  private Launched launchAlone(LaunchSpec spec, Places places, IdRange range) {
    try (var network = loneNetworks.take()) {
      return launch(spec, places.with(LoneNetworks.attachment(network)), range);
    } finally {
      loneNetworks.refill();
    }
  }

  private Launched launch(LaunchSpec spec, Places places, IdRange range) {
    var layers = spec.layers();
    var rootfs = layers == null ? spec.rootfs() : layers.directory();
    if (rootfs == null) {
      return execute(spec, places, range, null);
    }
    var names = layers == null ? List.<String>of() : layers.names();
    var device = device(rootfs);
    if (!ownersFixed.contains(device)) {
      try {
        return execute(spec, places, range, new Lower(rootfs, false, names));
      } catch (Refusal e) {
        if (!e.mayBeForOwners(rootfs, writable(spec))) {
          throw e;
        }
      }
    }
    var copy = copies.of(roots(rootfs, names), spec.key().instanceId(), range);
    var launched = execute(spec, places, range, copy);
    ownersFixed.add(device); // Only now is it known that this was the reason.
    return launched.with(
        "its root is a copy of %s: the file system there (%s) cannot be shown to an instance with other owners (no idmapped mounts); keep root file systems on ext4, xfs or btrfs and a kernel of 5.19 or newer"
            .formatted(rootfs, fileSystem(rootfs)));
  }

  /** Without links; a directory of the host's is that already, by which it was judged. */
  private static List<Path> roots(Path directory, List<String> layers) {
    var roots = new ArrayList<Path>();
    try {
      for (var layer : layers) {
        roots.add(directory.resolve(layer).toRealPath());
      }
    } catch (IOException e) {
      throw notFound(directory, e);
    }
    return layers.isEmpty() ? List.of(directory) : roots;
  }

  private Launched execute(LaunchSpec spec, Places places, IdRange range, @Nullable Lower lower) {
    var shown = volumes.of(spec, range);
    try {
      return execute(spec, places, range, lower, shown);
    } catch (Refusal e) {
      if (shown.values().stream().noneMatch(volume -> mayBeForOwners(e, volume))) {
        throw e;
      }
    }
    return execute(spec, places, range, lower, volumes.shifted(spec, range));
  }

  private static boolean mayBeForOwners(Refusal refusal, Lower volume) {
    return !volume.shifted() && refusal.mayBeForOwners(volume.directory(), volume.directory());
  }

  private Launched execute(
      LaunchSpec spec,
      Places places,
      IdRange range,
      @Nullable Lower lower,
      Map<String, Lower> shown) {
    var machine = new LaunchPlan.Machine(host, filters, resolvConf(), processes);
    var plan = LaunchPlan.of(spec, places, range, lower, writable(spec), shown, machine);
    return new PlanExecutor(kernel, shims).execute(plan);
  }

  /** Below it is what instances wrote to their roots, by their ids. */
  public Path roots() {
    return roots;
  }

  /**
   * What an instance takes of its node's disk, beside named volumes and logs.
   *
   * @param root what its attempt wrote to its root
   * @param own what it wrote to the volumes of its image, in all its attempts
   */
  public record OnDisk(Written root, Written own) {}

  /**
   * Counts what an instance wrote. Blocks for a look at each file.
   *
   * @param entriesMost no more of each part are counted
   */
  public OnDisk onDisk(InstanceKey key, long entriesMost) throws IOException {
    var root = root(key);
    return new OnDisk(
        Files.isDirectory(root)
            ? Written.below(root, volumes::diskBytes, entriesMost)
            : Written.NOTHING,
        volumes.written(key.instanceId(), entriesMost));
  }

  /** For commands in instances that run already. */
  public Joiner joiner() {
    return new Joiner(kernel, program, filters, processes);
  }

  /** Deletes what a slot has kept in a volume. Idempotent. */
  public void deleteVolume(String namespace, String volume, String slot) {
    volumes.delete(namespace, volume, slot);
  }

  private Path writable(LaunchSpec spec) {
    return root(spec.key()).resolve(Integer.toString(spec.attempt()));
  }

  private static Object device(Path rootfs) {
    try {
      return Files.getAttribute(rootfs, "unix:dev");
    } catch (IOException e) {
      throw notFound(rootfs, e);
    }
  }

  private static RuntimeFailure notFound(Path rootfs, IOException cause) {
    return new RuntimeFailure(
        "cannot find the root file system " + rootfs + ": " + cause, false, cause);
  }

  private static String fileSystem(Path rootfs) {
    try {
      return Files.getFileStore(rootfs).type();
    } catch (IOException e) {
      return "of unknown type";
    }
  }

  /**
   * Removes what ended attempts of an instance wrote to their roots, and its copy of a root; the
   * volumes of its image stay. Idempotent.
   */
  public void discardRoots(InstanceKey key) {
    PlanExecutor.remove(root(key));
    copies.discard(key.instanceId());
  }

  /** Removes the volumes of its image: an attempt after this begins them anew. Idempotent. */
  public void discardOwn(InstanceKey key) {
    volumes.discard(key.instanceId());
  }

  /** Forgets the id range of a slot that will not come back. Idempotent. */
  public void releaseSlot(InstanceKey key, String slot) {
    ids.release(slot(key, slot));
  }

  /**
   * Of an instance that an agent before this one started.
   *
   * @param idBase the host's id of the root user inside
   */
  public void adopt(InstanceKey key, String slot, int idBase) {
    ids.adopt(slot(key, slot), idBase);
  }

  /** Of a node that has just found out what slots it has; the ids of all others are free. */
  public void keepSlots(Map<InstanceKey, String> living) {
    ids.releaseAllBut(
        living.entrySet().stream()
            .map(entry -> slot(entry.getKey(), entry.getValue()))
            .collect(Collectors.toSet()));
  }

  /** Ends what is kept ready; what was started lives on. */
  @Override
  public void close() {
    shims.close();
    loneNetworks.close();
  }

  private Path root(InstanceKey key) {
    return roots.resolve(key.instanceId());
  }

  private static String slot(InstanceKey key, String slot) {
    return key.namespace() + "/" + key.workload() + "/" + slot;
  }

  /**
   * Where systemd-resolved listens on the loopback, those that it asks are in a file of its own.
   */
  private static String resolvConf() {
    try {
      var usual = Files.readString(RESOLV_CONF);
      return usual.contains("nameserver 127.0.0.53") && Files.exists(SYSTEMDS)
          ? Files.readString(SYSTEMDS)
          : usual;
    } catch (NoSuchFileException e) {
      return "";
    } catch (IOException e) {
      throw new RuntimeFailure("cannot read " + RESOLV_CONF + ": " + e, true, e);
    }
  }
}
