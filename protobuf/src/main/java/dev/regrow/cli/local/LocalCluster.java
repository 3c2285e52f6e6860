package dev.regrow.cli.local;

import dev.regrow.cli.Failure;
import dev.regrow.cli.local.Found.State;
import dev.regrow.client.Context;
import dev.regrow.client.Context.LocalNode;
import dev.regrow.client.ContextFile;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The cluster of this machine below one data directory: where its node's things are. */
final class LocalCluster {
  static final Path DEFAULT_DATA = Path.of("/var/lib/regrow");

  private static final String NUMBERED = "n[0-9]{1,3}";
  private static final String OF_UP = "n[1-9][0-9]{0,2}";

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

  static String nameOf(int number) {
    return "n" + number;
  }

  /** What the directories of {@code up}'s nodes hold, by their numbers. */
  SortedMap<Integer, Found> found() {
    var found = new TreeMap<Integer, Found>();
    for (var name : folders(entry -> String.valueOf(entry.getFileName()).matches(OF_UP))) {
      try {
        found.put(Integer.parseInt(name.substring(1)), found(name));
      } catch (IOException e) {
        throw Failure.error("cannot read what node " + name + " is: " + e);
      }
    }
    return found;
  }

  private Found found(String name) throws IOException {
    var identity = nodeData(name).resolve("identity");
    if (isRemoved(name)) {
      return new Found(State.REMOVED, "", "");
    }
    if (!Files.exists(identity.resolve("node-uid"))) {
      return Found.NOTHING;
    }
    // n1 founds; others have a context, without a token, from their first start on.
    boolean begun = name.equals(nameOf(Lineup.FIRST)) || Files.exists(contextFile(name));
    var state =
        Files.exists(identity.resolve("founding"))
            ? State.FOUNDING
            : begun ? State.MEMBER : State.ADMITTED;
    return new Found(state, firstLine(identity.resolve("cluster-id")), role(name));
  }

  private String role(String name) throws IOException {
    var file = nodeData(name).resolve("role");
    var role = Files.exists(file) ? firstLine(file) : "";
    return role.isEmpty() ? "server" : role; // As the node takes it.
  }

  private static String firstLine(Path file) throws IOException {
    return Files.readString(file).lines().findFirst().orElse("").strip();
  }

  /** Whether its cluster has told it that it was removed for good. */
  boolean isRemoved(String name) {
    return Files.exists(nodeData(name).resolve("removed"));
  }

  /** Deletes what a node made of a cluster that never had a store. */
  void forgetFounding(String name) {
    try {
      for (var part : List.of("identity", "store")) {
        if (Files.isDirectory(nodeData(name).resolve(part), LinkOption.NOFOLLOW_LINKS)) {
          deleteTree(nodeData(name).resolve(part));
        }
      }
    } catch (IOException e) {
      throw Failure.error("cannot delete all of " + nodeData(name) + "/identity: " + e);
    }
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
      return ContextFile.at(contextFile(name)).read();
    } catch (IOException e) {
      throw Failure.error(String.valueOf(e.getMessage()));
    }
  }

  private Path contextFile(String name) {
    return nodeData(name).resolve("context.json");
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
