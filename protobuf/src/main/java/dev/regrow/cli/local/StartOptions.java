package dev.regrow.cli.local;

import dev.regrow.cli.usage.Usage;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Options of {@code regrow node} that {@code up} takes, too, for the nodes that it starts. They are
 * passed on as they are: the node judges them.
 */
final class StartOptions {

  private static final Pattern RANGE =
      Pattern.compile("(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})/(\\d|[12]\\d|3[0-2])");

  private final List<String> ofAll = new ArrayList<>();
  private String networkRange = "";

  void in(Usage usage) {
    usage
        .option(
            "--host-paths",
            "DIR,...",
            "What instances may mount of the host on the nodes that it starts, with all below (default: nothing).",
            text -> forAll("--host-paths", text))
        .option(
            "--label",
            "KEY=VALUE",
            "Says something of the machine for placement on the nodes that it starts, as zone=a; can be given several times.",
            text -> forAll("--label", text))
        .option(
            "--network-range",
            "R",
            "Addresses for instances with network bridge, as 10.210.0.0/22: n1 has these, n2 the next as many, and so on, if it starts them (default: each one that collides with no route of this machine).",
            text -> networkRange = text)
        .option(
            "--allow-faults",
            "KIND,...",
            "What admins may do to the nodes that it starts, as regrow chaos run does: see regrow node --help, or all (default: nothing).",
            text -> forAll("--allow-faults", text));
  }

  private void forAll(String option, String value) {
    ofAll.addAll(List.of(option, value));
  }

  /** For that node's command line. */
  List<String> of(int number) {
    var options = new ArrayList<>(ofAll);
    if (!networkRange.isEmpty()) {
      options.addAll(List.of("--network-range", rangeOf(number)));
    }
    return options;
  }

  /** Nodes of one machine cannot share a range. */
  private String rangeOf(int number) {
    var range = RANGE.matcher(networkRange);
    if (!range.matches()) {
      return networkRange;
    }
    long first = 0;
    for (int i = 1; i <= 4; i++) {
      int part = Integer.parseInt(range.group(i));
      if (part > 255) {
        return networkRange;
      }
      first = (first << 8) | part;
    }
    int length = Integer.parseInt(range.group(5));
    first += (long) (number - 1) << (32 - length);
    return "%d.%d.%d.%d/%d"
        .formatted(first >> 24, (first >> 16) & 255, (first >> 8) & 255, first & 255, length);
  }
}
