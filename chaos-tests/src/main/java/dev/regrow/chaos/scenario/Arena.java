package dev.regrow.chaos.scenario;

import dev.regrow.chaos.cluster.Leftovers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * Where a scenario happens: a folder of its own, nodes with addresses of their own, and the promise
 * that nothing of them is left when it is closed.
 */
public final class Arena implements AutoCloseable {

  private static final Path PARENT = Path.of("/var/tmp");
  private static final AtomicInteger ADDRESSES = new AtomicInteger();
  private static final int LAST_OCTET = 250;

  private final Path home;
  private final Path scratch;
  private final Deque<ServedNode> nodes = new ArrayDeque<>();
  private final Deque<Path> mounts = new ArrayDeque<>();

  private Arena(Path home, Path scratch) {
    this.home = home;
    this.scratch = scratch;
  }

  /**
   * @param home of an unpacked distribution
   */
  public static Arena open(Path home) {
    try {
      return new Arena(home, Files.createTempDirectory(PARENT, "regrow-chaos-"));
    } catch (IOException e) {
      throw new UncheckedIOException("make a folder in " + PARENT, e);
    }
  }

  /** The distribution that its nodes run. */
  public Path home() {
    return home;
  }

  /** A folder, deleted in the end. */
  public Path scratch() {
    return scratch;
  }

  /** A loopback address that no other node of this process, nor likely of another, has. */
  public static String nextAddress() {
    long process = 1 + ProcessHandle.current().pid() % LAST_OCTET;
    return "127.80." + process + "." + (1 + ADDRESSES.getAndIncrement() % LAST_OCTET);
  }

  /** A node, not started yet. */
  public ServedNode node(String name) {
    var node = new ServedNode(home, scratch.resolve(name), name, nextAddress());
    nodes.push(node);
    return node;
  }

  /** A second copy of the distribution, as a new build of it is. */
  public Path copyOfHome() {
    Path copy = scratch.resolve("another-build");
    try (Stream<Path> files = Files.walk(home)) {
      for (Path file : files.toList()) {
        Files.copy(file, copy.resolve(home.relativize(file)));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("copy " + home, e);
    }
    return copy;
  }

  /**
   * A small disk of its own, unmounted in the end.
   *
   * @param folder made, then mounted over
   */
  public Path smallDisk(Path folder, int mebibytes) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException("make " + folder, e);
    }
    Shell.run("mount", "-t", "tmpfs", "-o", "size=" + mebibytes + "m", "regrow-chaos", folder);
    mounts.push(folder);
    return folder;
  }

  /**
   * Ends and sweeps all nodes.
   *
   * @throws AssertionError naming what of them is left all the same
   */
  @Override
  public void close() {
    var left = new ArrayList<String>();
    for (ServedNode node : nodes) {
      node.close();
      if (!node.uid().isEmpty()) {
        left.addAll(Leftovers.of(node.uid()));
      }
    }
    mounts.forEach(folder -> Shell.run("umount", folder));
    delete();
    if (!left.isEmpty()) {
      throw new AssertionError("left on this machine: " + left);
    }
  }

  private void delete() {
    try (Stream<Path> files = Files.walk(scratch)) {
      List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
      for (Path file : deepestFirst) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("delete " + scratch, e);
    }
  }
}
