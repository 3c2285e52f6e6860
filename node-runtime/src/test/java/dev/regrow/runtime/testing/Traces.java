package dev.regrow.runtime.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** What bears a node uid on this machine, each as a sentence. */
final class Traces {

  private static final Path PROC = Path.of("/proc");

  private Traces() {}

  static int effectiveUid() {
    try {
      return (Integer) Files.getAttribute(PROC.resolve("self"), "unix:uid");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Set<String> of(String nodeUid) {
    var traces = new TreeSet<String>();
    cgroups(nodeUid, traces);
    mounts(nodeUid, traces);
    entries(Path.of("/run/netns"), nodeUid, "network namespace ", traces);
    entries(Path.of("/sys/class/net"), nodeUid, "network link ", traces);
    links(nodeUid, traces);
    processes(nodeUid, traces);
    return traces;
  }

  /** As this process sees them, whatever network /sys is of; their names have room for a part. */
  private static void links(String nodeUid, Set<String> traces) {
    var start = "rg" + nodeUid.substring(0, Math.min(8, nodeUid.length()));
    read(PROC.resolve("self/net/dev"))
        .lines()
        .map(String::trim)
        .filter(line -> line.startsWith(start))
        .forEach(line -> traces.add("link " + line.substring(0, line.indexOf(':'))));
  }

  private static void cgroups(String nodeUid, Set<String> traces) {
    for (var hierarchy : list(Path.of("/sys/fs/cgroup"))) {
      walk(hierarchy, nodeUid, 6, traces);
    }
  }

  private static void walk(Path dir, String nodeUid, int depth, Set<String> traces) {
    if (depth == 0 || !Files.isDirectory(dir)) {
      return;
    }
    if (dir.getFileName().toString().contains(nodeUid)) {
      traces.add("cgroup " + dir);
      return;
    }
    list(dir).forEach(child -> walk(child, nodeUid, depth - 1, traces));
  }

  private static void mounts(String nodeUid, Set<String> traces) {
    read(PROC.resolve("self/mountinfo"))
        .lines()
        .filter(line -> line.contains(nodeUid))
        .forEach(line -> traces.add("mount " + line));
  }

  private static void entries(Path dir, String nodeUid, String kind, Set<String> traces) {
    list(dir).stream()
        .filter(entry -> entry.getFileName().toString().contains(nodeUid))
        .forEach(entry -> traces.add(kind + entry));
  }

  private static void processes(String nodeUid, Set<String> traces) {
    var pids = new HashMap<String, Path>();
    for (var dir : list(PROC)) {
      var name = dir.getFileName().toString();
      if (Character.isDigit(name.charAt(0))) {
        pids.put(name, dir);
      }
    }
    var ours = descendants(pids);
    pids.forEach(
        (pid, dir) -> {
          if (!pid.equals(Long.toString(ProcessHandle.current().pid()))
              && (ours.contains(pid) || (!isZombie(dir) && bears(dir, nodeUid)))) {
            traces.add("process " + pid + " " + read(dir.resolve("cmdline")).replace('\0', ' '));
          }
        });
  }

  /** It holds nothing; unless it is ours, when it goes is up to the machine's init. */
  private static boolean isZombie(Path process) {
    var stat = read(process.resolve("stat"));
    return stat.startsWith("Z", stat.lastIndexOf(')') + 2);
  }

  private static boolean bears(Path process, String nodeUid) {
    return read(process.resolve("cmdline")).contains(nodeUid)
        || read(process.resolve("cgroup")).contains(nodeUid)
        || list(process.resolve("fd")).stream().anyMatch(linksTo(nodeUid));
  }

  private static Predicate<Path> linksTo(String nodeUid) {
    return link -> {
      try {
        return Files.readSymbolicLink(link).toString().contains(nodeUid);
      } catch (IOException e) {
        return false; // It was closed meanwhile.
      }
    };
  }

  private static Set<String> descendants(Map<String, Path> pids) {
    var children = new HashMap<String, Set<String>>();
    pids.forEach(
        (pid, dir) -> {
          var stat = read(dir.resolve("stat"));
          int afterName = stat.lastIndexOf(')');
          if (afterName > 0) {
            var parent = stat.substring(afterName + 4, stat.indexOf(' ', afterName + 4));
            children.computeIfAbsent(parent, any -> new HashSet<>()).add(pid);
          }
        });
    var found = new HashSet<String>();
    var open = new ArrayDeque<>(List.of(Long.toString(ProcessHandle.current().pid())));
    while (!open.isEmpty()) {
      for (var child : children.getOrDefault(open.remove(), Set.of())) {
        if (found.add(child)) {
          open.add(child);
        }
      }
    }
    return found;
  }

  /** Empty if it went away while we looked: processes and cgroups come and go. */
  private static List<Path> list(Path dir) {
    try (Stream<Path> entries = Files.list(dir)) {
      return entries.toList();
    } catch (IOException | UncheckedIOException e) {
      return List.of();
    }
  }

  private static String read(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "";
    }
  }
}
