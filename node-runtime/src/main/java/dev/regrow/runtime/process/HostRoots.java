package dev.regrow.runtime.process;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Which directories of the host may be an instance's root: root file systems that somebody made,
 * and nothing that is a node's, the kernel's or the machine's own. Pure, but for what it asks. All
 * paths are real ones: no link is in them.
 *
 * @param nodes the directories of nodes that are known, this one's among them
 * @param opened by the operator to instances, each with what is below
 */
record HostRoots(List<Path> nodes, List<Path> opened, Look look) {

  /** What there is on the host. */
  interface Look {

    /** Not if it is a link to one. */
    boolean isDirectory(Path path);

    boolean exists(Path path);

    /** Equal for what is the same directory, mounted elsewhere, too; if there is none, the path. */
    Object identity(Path path);
  }

  private static final Path HOMES = Path.of("/home");
  private static final Path RUN = Path.of("/run");
  private static final List<Path> KERNELS =
      Stream.of("/proc", "/sys", "/dev").map(Path::of).toList();

  /** Themselves; what somebody keeps deeper in them is another matter. */
  private static final List<Path> MACHINES =
      Stream.of(
              "/bin", "/boot", "/etc", "/home", "/lib", "/lib32", "/lib64", "/libx32", "/opt",
              "/root", "/sbin", "/srv", "/tmp", "/usr", "/var")
          .map(Path::of)
          .toList();

  /** What every node's directory has, and nothing else. */
  private static final Path KEY = Path.of("identity", "node-key.pem");

  private static final List<Path> PROGRAMS = List.of(Path.of("bin"), Path.of("usr", "bin"));

  HostRoots {
    nodes = List.copyOf(nodes);
    opened = List.copyOf(opened);
  }

  /** Why it is none, and what helps; empty if it may be one. */
  Optional<String> refusal(Path root) {
    return ofNodes(root)
        .or(() -> ofKernel(root))
        .or(
            () ->
                opened.stream().anyMatch(root::startsWith)
                    ? Optional.empty()
                    : ofMachine(root).or(() -> shapeless(root)));
  }

  /** Likewise, of anything that instances are to see. */
  Optional<String> ofNodes(Path place) {
    return Stream.concat(nodes.stream().filter(node -> overlap(place, node)), holders(place))
        .findFirst()
        .map("it is in or above %s, which is a node's own; keep it somewhere else"::formatted);
  }

  /** Of nodes that are not known: several share a machine. */
  private Stream<Path> holders(Path place) {
    return upFrom(place).filter(above -> look.exists(above.resolve(KEY)));
  }

  private Optional<String> ofKernel(Path root) {
    return KERNELS.stream()
        .filter(kernels -> overlap(root, kernels))
        .findFirst()
        .map(
            "it is in or above %s, which is the kernel's; make a root file system in a directory of its own, as /srv/rootfs"
                ::formatted);
  }

  private Optional<String> ofMachine(Path root) {
    boolean own =
        overlap(root, RUN)
            || HOMES.equals(root.getParent())
            || MACHINES.stream().anyMatch(machines -> same(root, machines));
    return own
        ? Optional.of(
            "it is the machine's own: one of its system's directories, somebody's home, or in /run; make a root file system in a directory of its own, as /srv/rootfs, or start the node with --host-paths "
                + root)
        : Optional.empty();
  }

  private Optional<String> shapeless(Path root) {
    return PROGRAMS.stream().anyMatch(programs -> has(root, programs))
        ? Optional.empty()
        : Optional.of(
            "it has no directory bin or usr/bin, so it is no root file system; make one there, or start the node with --host-paths "
                + root);
  }

  /** Without a link on the way, which would lead to the host's. */
  private boolean has(Path root, Path below) {
    var at = root;
    for (var name : below) {
      at = at.resolve(name);
      if (!look.isDirectory(at)) {
        return false;
      }
    }
    return true;
  }

  private boolean overlap(Path one, Path other) {
    return isIn(one, other) || isIn(other, one);
  }

  private boolean isIn(Path inner, Path outer) {
    return upFrom(inner).anyMatch(above -> same(above, outer));
  }

  private static Stream<Path> upFrom(Path path) {
    return Stream.iterate(path, above -> above != null, Path::getParent);
  }

  private boolean same(Path one, Path other) {
    return one.equals(other) || look.identity(one).equals(look.identity(other));
  }
}
