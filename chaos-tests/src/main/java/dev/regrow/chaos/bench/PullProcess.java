package dev.regrow.chaos.bench;

import dev.regrow.runtime.image.ImageReference;
import dev.regrow.runtime.image.Images;
import dev.regrow.runtime.image.Platform;
import dev.regrow.runtime.image.PullPolicy;
import dev.regrow.runtime.image.source.Registries;
import dev.regrow.runtime.syscall.Kernel;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;

/** Pulls one image in a process of its own, and says what that took. */
final class PullProcess {

  private static final double BYTES_PER_MB = 1e6;
  private static final long LOOK_NANOS = 10_000_000;

  private PullProcess() {}

  /**
   * What a pull took.
   *
   * @param heapMegabytes what collections left, at most, above what was there before
   */
  record Seen(double seconds, double heapMegabytes) {

    private static final String MARK = "seen ";

    /** Among all that the process said. */
    static Seen parse(String said) {
      var line = said.lines().filter(each -> each.startsWith(MARK)).findFirst().orElseThrow();
      var words = line.substring(MARK.length()).split(" ", -1);
      return new Seen(Double.parseDouble(words[0]), Double.parseDouble(words[1]));
    }

    @Override
    public String toString() {
      return String.format(Locale.ROOT, MARK + "%.3f %.3f", seconds, heapMegabytes);
    }
  }

  /**
   * @param arguments the directory of the images, and the image
   */
  public static void main(String[] arguments) {
    try (var images =
        Images.open(
            Kernel.load(),
            Path.of(arguments[0]),
            "bench",
            Registries.standard(),
            Platform.ofThisMachine())) {
      System.gc();
      long before = left();
      long started = System.nanoTime();
      CompletableFuture<?> pull =
          images
              .ensure(ImageReference.parse(arguments[1]), PullPolicy.MISSING, null)
              .toCompletableFuture();
      long most = before;
      while (!pull.isDone()) {
        LockSupport.parkNanos(LOOK_NANOS);
        most = Math.max(most, left());
      }
      pull.join();
      double seconds = (System.nanoTime() - started) / 1e9;
      System.out.println(new Seen(seconds, (most - before) / BYTES_PER_MB));
    }
  }

  /** What the last collections left of the heap. */
  private static long left() {
    List<MemoryPoolMXBean> pools = ManagementFactory.getMemoryPoolMXBeans();
    return pools.stream()
        .filter(pool -> pool.getType() == MemoryType.HEAP && pool.getCollectionUsage() != null)
        .mapToLong(pool -> pool.getCollectionUsage().getUsed())
        .sum();
  }
}
