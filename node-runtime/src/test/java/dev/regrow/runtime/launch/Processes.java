package dev.regrow.runtime.launch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;

/** What /proc says of processes, from the host. */
final class Processes {

  private Processes() {}

  /**
   * @param namespace as {@code pid:[4026531836]}
   */
  static List<String> in(String namespace) {
    var found = new ArrayList<String>();
    try (var entries = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (var entry : entries) {
        if (namespace.equals(link(entry.resolve("ns/pid")))) {
          found.add(entry.getFileName().toString());
        }
      }
      return found;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String link(Path path) {
    try {
      return Files.readSymbolicLink(path).toString();
    } catch (IOException e) {
      return ""; // It ended meanwhile.
    }
  }

  /** Which mapping takes how much, in kB, for the message of a test that found too much. */
  static String memory(int pid) {
    var shares = new StringJoiner(", ", pid + ": ", "");
    var mapping = "";
    for (var line : TestNode.read(Path.of("/proc/" + pid + "/smaps")).lines().toList()) {
      var words = line.split("\\s+", -1);
      if (words[0].contains("-")) {
        mapping = words[0] + " " + words[words.length - 1];
      } else if (words[0].equals("Pss:") && !words[1].equals("0")) {
        shares.add(mapping + " " + words[1]);
      }
    }
    return shares.toString();
  }

  /** Its proportional share of memory, in kB. */
  static int pssKb(int pid) {
    return TestNode.read(Path.of("/proc/" + pid + "/smaps_rollup"))
        .lines()
        .filter(line -> line.startsWith("Pss:"))
        .map(line -> line.split("\\s+", -1)[1])
        .mapToInt(Integer::parseInt)
        .findFirst()
        .orElseThrow();
  }
}
