package dev.regrow.runtime.state;

import dev.regrow.runtime.RuntimeFailure;
import dev.regrow.runtime.ServedPort;
import dev.regrow.runtime.disk.Trees;
import dev.regrow.runtime.syscall.Kernel;
import dev.regrow.runtime.syscall.MountFlag;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * {@code /run/regrow/<nodeUid>}, a tmpfs of our own: on a disk under pressure, starts fell from 505
 * to 29 a second. It is gone after a reboot, as is whatever ran.
 */
public final class StateDirectory {

  /** Where the state of all nodes of this machine is. */
  public static final Path RUN = Path.of("/run/regrow");

  /** Which node of this machine has which host ids; shared by them all. */
  public static final Path ID_RANGES = RUN.resolve("id-ranges");

  private static final String TMPFS_OPTIONS = "mode=0700,size=256m";

  private final Path root;

  /** Makes nothing. */
  public StateDirectory(Path root) {
    this.root = root;
  }

  public static StateDirectory ofNode(String nodeUid) {
    return new StateDirectory(RUN.resolve(nodeUid));
  }

  public Path root() {
    return root;
  }

  /** Makes it and mounts the tmpfs, unless it is there. */
  public void mount(Kernel kernel) {
    try {
      if (root.getParent() != null) {
        Files.createDirectories(root.getParent());
      }
      privateDirectory(root);
      if (!isMounted()) {
        kernel.mount(
            "regrow",
            root,
            "tmpfs",
            EnumSet.of(MountFlag.NOSUID, MountFlag.NODEV, MountFlag.NOEXEC),
            TMPFS_OPTIONS);
      }
      privateDirectory(instances());
    } catch (IOException e) {
      throw failure("make state directory " + root, e);
    }
  }

  boolean isMounted() throws IOException {
    var target = " " + root + " ";
    return Files.readString(Path.of("/proc/self/mountinfo"))
        .lines()
        .anyMatch(line -> line.contains(target));
  }

  /** Unmounts and removes it. Idempotent. */
  public void remove(Kernel kernel) {
    try {
      while (isMounted()) {
        kernel.umountDetached(root);
      }
      Trees.delete(root);
      removeIfEmpty(ID_RANGES);
      removeIfEmpty(RUN);
    } catch (IOException e) {
      throw failure("remove state directory " + root, e);
    }
  }

  private static void removeIfEmpty(Path dir) throws IOException {
    try {
      Files.deleteIfExists(dir);
    } catch (DirectoryNotEmptyException e) {
      return; // Another node of this machine has something there.
    }
  }

  private Path instances() {
    return root.resolve("instances");
  }

  public Path instance(String instanceId) {
    return instances().resolve(instanceId);
  }

  /** What an instance is shown as files; there is nothing unless it is shown some. */
  public Path files(String instanceId) {
    return root.resolve("files").resolve(instanceId);
  }

  /** Ids of those that have state. */
  public List<String> list() {
    try (Stream<Path> entries = Files.list(instances())) {
      return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (IOException e) {
      throw failure("list " + instances(), e);
    }
  }

  /**
   * Writes the spec file; a reader sees the old or the new one. What an earlier attempt left goes.
   */
  public void writeSpec(InstanceFile file, boolean newAttempt) {
    var dir = instance(file.key().instanceId());
    try {
      privateDirectory(dir);
      if (newAttempt) {
        Files.deleteIfExists(dir.resolve("status"));
        Files.deleteIfExists(dir.resolve("evicted"));
      }
      var temporary = dir.resolve("spec.new");
      Files.write(temporary, file.format().getBytes(StandardCharsets.UTF_8));
      Files.move(temporary, dir.resolve("spec"), StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      throw new IllegalStateException("a rename within one directory is atomic", e);
    } catch (IOException e) {
      throw failure("write state of " + file.key(), e);
    }
  }

  /** Empty if it is missing. */
  public String spec(String instanceId) {
    return read(instance(instanceId).resolve("spec"));
  }

  /** Why its attempt is evicted; for the next agent, should this one not see its end. */
  public void writeEvicted(String instanceId, String why) {
    try {
      Files.writeString(instance(instanceId).resolve("evicted"), why);
    } catch (IOException e) {
      throw failure("write why " + instanceId + " is evicted", e);
    }
  }

  /** Empty if it is not. */
  public String evicted(String instanceId) {
    return read(instance(instanceId).resolve("evicted"));
  }

  /** Which ports of the node lead to an instance; for the next agent. */
  public void writePorts(String instanceId, List<ServedPort> ports) {
    var dir = instance(instanceId);
    try {
      var lines =
          ports.stream()
              .map(
                  port ->
                      "%s %s %d %d\n"
                          .formatted(
                              port.udp() ? "udp" : "tcp", port.on(), port.publish(), port.target()))
              .collect(Collectors.joining());
      var temporary = dir.resolve("ports.new");
      Files.writeString(temporary, lines);
      Files.move(temporary, dir.resolve("ports"), StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      throw new IllegalStateException("a rename within one directory is atomic", e);
    } catch (NoSuchFileException e) {
      return; // It is gone already, and leads nowhere.
    } catch (IOException e) {
      throw failure("write ports of " + instanceId, e);
    }
  }

  /** None if none were written. */
  public List<ServedPort> ports(String instanceId) {
    return read(instance(instanceId).resolve("ports"))
        .lines()
        .map(line -> line.split(" ", -1))
        .filter(
            words ->
                words.length == 4 && words[2].matches("\\d{1,5}") && words[3].matches("\\d{1,5}"))
        .map(
            words ->
                new ServedPort(
                    words[0].equals("udp"),
                    words[1],
                    Integer.parseInt(words[2]),
                    Integer.parseInt(words[3])))
        .toList();
  }

  /** Empty if it is missing. */
  public String status(String instanceId) {
    return read(instance(instanceId).resolve("status"));
  }

  private static String read(Path file) {
    if (!Files.exists(file)) {
      return ""; // The usual case of some, and an exception costs as much as ten looks.
    }
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1); // total: any byte is a character
    } catch (NoSuchFileException e) {
      return "";
    } catch (IOException e) {
      throw failure("read " + file, e);
    }
  }

  /** Idempotent. */
  public void forget(String instanceId) {
    try {
      Trees.delete(files(instanceId));
      Trees.delete(instance(instanceId));
    } catch (IOException e) {
      throw failure("remove state of " + instanceId, e);
    }
  }

  private static void privateDirectory(Path dir) throws IOException {
    try {
      Files.createDirectory(
          dir, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(dir, LinkOption.NOFOLLOW_LINKS)) {
        throw e;
      }
    }
  }

  private static RuntimeFailure failure(String attempted, IOException cause) {
    return new RuntimeFailure("cannot " + attempted + ": " + cause, true, cause);
  }
}
