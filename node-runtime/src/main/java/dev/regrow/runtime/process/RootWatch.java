package dev.regrow.runtime.process;

import dev.regrow.runtime.disk.Written;
import dev.regrow.runtime.syscall.Kernel;
import dev.regrow.runtime.syscall.Kernel.Inode;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at what instances write to their roots, and evicts those that write too much: see
 * docs/decisions/0008. It counts only when the file system got fuller, or when it did not for a
 * minute.
 */
final class RootWatch implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(RootWatch.class);
  static final Duration EVERY = Duration.ofSeconds(5);
  private static final Duration ANYWAY = Duration.ofMinutes(1);

  /** What others write, to logs and the store, is no reason to count. */
  private static final long GROWTH = 16 << 20;

  private final Kernel kernel;
  private final Path roots;
  private final Supplier<Collection<LiveInstance>> living;
  private final Function<LiveInstance, Collection<Long>> pids;
  private final BiConsumer<LiveInstance, String> evict;
  private final LongSupplier free;
  private final Periodic timer = new Periodic("regrow-root-watch", EVERY);
  private long freeThen = Long.MAX_VALUE;
  private long counted = System.nanoTime() - ANYWAY.toNanos();

  /**
   * @param roots below it, each instance has a directory of what it wrote
   * @param living those that run now
   * @param pids of an instance
   * @param evict is told why
   */
  RootWatch(
      Kernel kernel,
      Path roots,
      Supplier<Collection<LiveInstance>> living,
      Function<LiveInstance, Collection<Long>> pids,
      BiConsumer<LiveInstance, String> evict) {
    this(kernel, roots, living, pids, evict, () -> roots.toFile().getUsableSpace());
  }

  RootWatch(
      Kernel kernel,
      Path roots,
      Supplier<Collection<LiveInstance>> living,
      Function<LiveInstance, Collection<Long>> pids,
      BiConsumer<LiveInstance, String> evict,
      LongSupplier free) {
    this.kernel = kernel;
    this.roots = roots;
    this.living = living;
    this.pids = pids;
    this.evict = evict;
    this.free = free;
  }

  void start() {
    timer.start(this::look);
  }

  /** For one thread at a time. */
  void look() {
    long freeNow = free.getAsLong();
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
        LOG.warn(
            "{}: what it wrote to its root cannot be counted: {}", instance.key(), e.toString());
      }
    }
  }

  private void judge(LiveInstance instance) throws IOException {
    var root = roots.resolve(instance.key().instanceId());
    if (!Files.isDirectory(root)) {
      return; // Nothing can be written to its root.
    }
    var written = Written.below(root, this::diskBytes, RootBound.ENTRIES);
    RootBound.verdict(written, unnamed(instance), instance.file().limits().diskBytes())
        .ifPresent(
            why -> {
              LOG.warn("{} is evicted: it {}", instance.key(), why);
              evict.accept(instance, why);
            });
  }

  private OptionalLong diskBytes(Path file) {
    return kernel.inode(file, false).stream().mapToLong(Inode::diskBytes).findFirst();
  }

  /**
   * A file that was deleted while it is open or mapped is in no directory, and takes its place all
   * the same. Those on volumes and in memory are seen through other mounts than the root.
   */
  private long unnamed(LiveInstance instance) {
    var unnamed = new HashSet<Inode>();
    for (long pid : pids.apply(instance)) {
      var process = Path.of("/proc", Long.toString(pid));
      long mount = kernel.inode(process.resolve("root"), true).map(Inode::mount).orElse(0L);
      for (var kind : mount == 0 ? List.<String>of() : List.of("fd", "map_files")) {
        unnamed(process.resolve(kind), mount, unnamed);
      }
    }
    return unnamed.stream().mapToLong(Inode::diskBytes).sum();
  }

  private void unnamed(Path files, long mount, Set<Inode> into) {
    try (var links = Files.newDirectoryStream(files)) {
      for (var link : links) {
        kernel
            .inode(link, true)
            .filter(file -> file.links() == 0 && file.mount() == mount)
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
