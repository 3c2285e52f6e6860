package dev.regrow.cli.local;

import dev.regrow.cli.Failure;
import dev.regrow.client.Context;
import dev.regrow.client.Context.LocalNode;
import dev.regrow.client.ContextFile;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The cluster of this machine below one data directory: where its node's things are. */
final class LocalCluster {
  static final Path DEFAULT_DATA = Path.of("/var/lib/regrow");

  private static final String NUMBERED = "n[0-9]{1,3}";

  private final Path data;

  LocalCluster(Path data) {
    this.data = data.toAbsolutePath().normalize();
  }

  Path data() {
    return data;
  }

  Path nodeData(String name) {
    return data.resolve(name);
  }

  Path log(String name) {
    return nodeData(name).resolve("log").resolve("node.log");
  }

  /** The nodes of {@code up} that have a directory here. */
  List<String> names() {
    return folders(entry -> true).stream().filter(name -> name.matches(NUMBERED)).toList();
  }

  /** All nodes that have a directory here, whoever started them. */
  List<String> nodes() {
    return folders(
        entry ->
            String.valueOf(entry.getFileName()).matches(NUMBERED)
                || Files.isDirectory(entry.resolve("identity")));
  }

  private List<String> folders(Predicate<Path> wanted) {
    if (!Files.isDirectory(data)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(data)) {
      return entries
          .filter(Files::isDirectory)
          .filter(wanted)
          .map(entry -> entry.getFileName().toString())
          .sorted()
          .toList();
    } catch (IOException e) {
      throw Failure.error("cannot list " + data + ": " + e);
    }
  }

  Optional<NodeProcess> process(String name) {
    return NodeProcess.find(nodeData(name));
  }

  void makeFolders(String name) {
    try {
      var mode = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
      Files.createDirectories(data, mode);
      Files.createDirectories(log(name).getParent(), mode);
    } catch (IOException e) {
      throw Failure.error("cannot create " + data + ": " + e);
    }
  }

  /** Before it is told to end: what it runs may be moved elsewhere first, for so long. */
  void sayLeaving(String name, Duration time) {
    try {
      Files.writeString(nodeData(name).resolve("leaving"), time.toSeconds() + "\n");
    } catch (IOException e) {
      throw Failure.error("cannot write to " + nodeData(name) + ": " + e);
    }
  }

  /** What the node wrote for its clients when it formed the cluster; empty before. */
  Optional<Context> nodeContext(String name) {
    try {
      return ContextFile.at(nodeData(name).resolve("context.json")).read();
    } catch (IOException e) {
      throw Failure.error(String.valueOf(e.getMessage()));
    }
  }

  /** The node as the context file names it. */
  LocalNode describe(String name, String address, Optional<NodeProcess> process) {
    return new LocalNode(
        name,
        address,
        process.map(NodeProcess::pid).orElse(0L),
        process.map(NodeProcess::startTime).orElse(0L),
        nodeData(name).toString());
  }

  /** Whether a context is of the cluster below this directory. */
  boolean isOurs(Context context) {
    return !context.nodes().isEmpty()
        && context.nodes().stream().allMatch(node -> Path.of(node.data()).startsWith(data));
  }

  /** The last lines of a node's log, for people. */
  String logTail(String name, int lines) {
    try {
      var all = Files.readAllLines(log(name), java.nio.charset.StandardCharsets.UTF_8);
      return String.join("\n  ", all.subList(Math.max(0, all.size() - lines), all.size()));
    } catch (IOException e) {
      return "(its log " + log(name) + " cannot be read: " + e + ")";
    }
  }

  /**
   * Removes the nodes' directories and, when nothing else is in it, the one above; follows no link.
   */
  void purge() {
    try {
      for (var name : nodes()) {
        deleteTree(nodeData(name));
      }
      if (Files.isDirectory(data)) {
        try (Stream<Path> rest = Files.list(data)) {
          if (rest.findAny().isEmpty()) {
            Files.delete(data);
          }
        }
      }
    } catch (IOException e) {
      throw Failure.error("cannot delete all of " + data + ": " + e);
    }
  }

  private static void deleteTree(Path tree) throws IOException {
    Files.walkFileTree(
        tree,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(
              Path folder, @org.jspecify.annotations.Nullable IOException e) throws IOException {
            if (e != null) {
              throw e;
            }
            Files.delete(folder);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /** Only root may make cgroups, namespaces and mounts for others. */
  static void requireRoot(String command) {
    try {
      if (!Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"))) {
        throw Failure.error(
            command
                + " needs root: it makes cgroups, namespaces and mounts for the instances\nrun: sudo regrow "
                + command);
      }
    } catch (IOException e) {
      throw Failure.error("/proc is not mounted, so nothing can run here: " + e);
    }
  }
}
