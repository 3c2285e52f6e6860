package dev.regrow.runtime.process;

import dev.regrow.runtime.LaunchSpec;
import dev.regrow.runtime.RuntimeFailure;
import dev.regrow.runtime.launch.Launcher;
import dev.regrow.runtime.syscall.Kernel;
import dev.regrow.runtime.syscall.Kernel.Inode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at what instances write to their roots and to the volumes of their images, and evicts those
 * that write too much: see docs/decisions/0008. It counts only when the file system got fuller, or
 * when it did not for a minute.
 */
final class RootWatch implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(RootWatch.class);
  private static final Duration ANYWAY = Duration.ofMinutes(1);

  /** What others write, to logs and the store, is no reason to count. */
  private static final long GROWTH = 16 << 20;

  private final Kernel kernel;
  private final Launcher launcher;
  private final Supplier<Collection<LiveInstance>> living;
  private final Function<LiveInstance, Collection<Long>> pids;
  private final BiConsumer<LiveInstance, String> evict;
  private final Periodic timer;
  private long freeThen = Long.MAX_VALUE;
  private long counted = System.nanoTime() - ANYWAY.toNanos();

  /**
   * @param launcher knows where each instance writes
   * @param living those that run now
   * @param pids of an instance
   * @param evict is told why
   * @param every so long it does not look
   */
  RootWatch(
      Kernel kernel,
      Launcher launcher,
      Supplier<Collection<LiveInstance>> living,
      Function<LiveInstance, Collection<Long>> pids,
      BiConsumer<LiveInstance, String> evict,
      Duration every) {
    this.kernel = kernel;
    this.launcher = launcher;
    this.living = living;
    this.pids = pids;
    this.evict = evict;
    this.timer = new Periodic("regrow-root-watch", every);
  }

  void start() {
    timer.start(this::look);
  }

  synchronized void look() {
    long freeNow = launcher.roots().toFile().getUsableSpace();
    long now = System.nanoTime();
    if (freeNow > freeThen - GROWTH && now - counted < ANYWAY.toNanos()) {
      return;
    }
    freeThen = freeNow;
    counted = now;
    for (var instance : living.get()) {
      try {
        judge(instance);
      } catch (IOException e) {
        LOG.warn("{}: what it wrote to disk cannot be counted: {}", instance.key(), e.toString());
      }
    }
  }

  private void judge(LiveInstance instance) throws IOException {
    var onDisk = launcher.onDisk(instance.key(), RootBound.ENTRIES);
    if (onDisk.root().entries() + onDisk.own().entries() == 0) {
      return; // Nothing can be written there.
    }
    boolean hasOwn = onDisk.own().entries() > 0;
    RootBound.verdict(
            onDisk.root(),
            onDisk.own(),
            unnamed(instance, hasOwn),
            instance.file().limits().diskBytes())
        .ifPresent(
            why -> {
              LOG.warn("{} is evicted: it {}", instance.key(), why);
              evict.accept(instance, why);
            });
  }

  /** It was evicted: what would have it evicted again at once goes, as what is in its root does. */
  void makeRoom(LaunchSpec spec) {
    try {
      var own = launcher.onDisk(spec.key(), RootBound.ENTRIES).own();
      if (RootBound.exceeds(own, spec.limits().diskBytes())) {
        LOG.warn("{}: the volumes of its image begin anew: they were too large", spec.key());
        launcher.discardOwn(spec.key());
      }
    } catch (IOException e) {
      throw new RuntimeFailure(
          "cannot count what " + spec.key() + " wrote to the volumes of its image: " + e, true, e);
    }
  }

  /**
   * A file that was deleted while it is open or mapped is in no directory, and takes its place all
   * the same. Those on named volumes and in memory are seen through other mounts.
   */
  private long unnamed(LiveInstance instance, boolean hasOwn) {
    var unnamed = new HashSet<Inode>();
    for (long pid : pids.apply(instance)) {
      var process = Path.of("/proc", Long.toString(pid));
      var mounts = hasOwn ? own(process, instance.key().instanceId()) : new HashSet<Long>();
      kernel.inode(process.resolve("root"), true).map(Inode::mount).ifPresent(mounts::add);
      mounts.remove(0L);
      for (var kind : mounts.isEmpty() ? List.<String>of() : List.of("fd", "map_files")) {
        unnamed(process.resolve(kind), mounts, unnamed);
      }
    }
    return unnamed.stream().mapToLong(Inode::diskBytes).sum();
  }

  /** The mounts by which a process sees the volumes of its image. */
  private static Set<Long> own(Path process, String instanceId) {
    try {
      return OwnMounts.of(
          Files.readString(process.resolve("mountinfo"), StandardCharsets.ISO_8859_1), instanceId);
    } catch (IOException e) {
      LOG.debug("{}: it ended meanwhile", process);
      return new HashSet<>();
    }
  }

  private void unnamed(Path files, Set<Long> mounts, Set<Inode> into) {
    try (var links = Files.newDirectoryStream(files)) {
      for (var link : links) {
        kernel
            .inode(link, true)
            .filter(file -> file.links() == 0 && mounts.contains(file.mount()))
            .ifPresent(into::add);
      }
    } catch (IOException | DirectoryIteratorException e) {
      LOG.debug("{}: its process ended meanwhile", files);
    }
  }

  @Override
  public void close() {
    timer.close();
  }
}
