package dev.regrow.chaos.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What a node may have left on this machine: everything that we create bears its uid. */
public final class Leftovers {

  private static final Path CGROUPS = Path.of("/sys/fs/cgroup");
  private static final int CGROUP_DEPTH = 4; // controller / parent / regrow / node

  private Leftovers() {}

  /** Cgroups, mounts, processes and run-time state that bear this uid, each as a sentence. */
  public static List<String> of(String nodeUid) {
    var found = new ArrayList<String>();
    cgroups(nodeUid).forEach(path -> found.add("cgroup " + path));
    lines(Path.of("/proc/self/mountinfo")).stream()
        .filter(line -> line.contains(nodeUid))
        .forEach(line -> found.add("mount " + line));
    // Their names have room for a part of it; the bridge's is whole.
    var start = "rg" + nodeUid.substring(0, Math.min(8, nodeUid.length()));
    lines(Path.of("/proc/self/net/dev")).stream()
        .map(String::trim)
        .filter(line -> line.startsWith(start))
        .forEach(line -> found.add("link " + line.substring(0, line.indexOf(':'))));
    processes(nodeUid).forEach(line -> found.add("process " + line));
    Path run = Path.of("/run/regrow", nodeUid);
    if (Files.exists(run)) {
      found.add("directory " + run);
    }
    return found;
  }

  private static List<Path> cgroups(String nodeUid) {
    try (Stream<Path> paths = Files.find(CGROUPS, CGROUP_DEPTH, (path, how) -> how.isDirectory())) {
      return paths.filter(path -> path.endsWith(nodeUid)).toList();
    } catch (IOException | UncheckedIOException vanishing) {
      // A cgroup of somebody else went away while we looked.
      return List.of();
    }
  }

  private static List<String> processes(String nodeUid) {
    try (Stream<Path> all = Files.list(Path.of("/proc"))) {
      return all.filter(path -> path.getFileName().toString().matches("[0-9]+"))
          .filter(path -> mentions(path, nodeUid))
          // A zombie holds nothing; when it goes is up to the machine's init.
          .filter(path -> Proc.identity(Long.parseLong(path.getFileName().toString())).isPresent())
          .map(path -> path.getFileName() + " " + String.join(" ", lines(path.resolve("comm"))))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException("list /proc", e);
    }
  }

  private static boolean mentions(Path process, String nodeUid) {
    return lines(process.resolve("cgroup")).stream().anyMatch(line -> line.contains(nodeUid));
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException gone) {
      return List.of();
    }
  }
}
