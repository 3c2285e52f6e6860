package dev.regrow.cli.view;

import dev.regrow.cli.Table;
import dev.regrow.v1.InstanceUsage;
import dev.regrow.v1.NodeUsage;
import dev.regrow.v1.Stalled;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What two looks at the same nodes say of the time between. */
public final class UsageView {

  private static final long MILLI = 1000;

  private final Map<String, NodeUsage> before;
  private final Map<String, NodeUsage> now;

  public UsageView(Map<String, NodeUsage> before, Map<String, NodeUsage> now) {
    this.before = before;
    this.now = now;
  }

  public Table nodes() {
    var table = new Table("NODE", "CPU", "OF", "MEMORY", "OF", "INSTANCES", "WAITS cpu/mem/io");
    now.forEach(
        (name, usage) -> {
          if (usage.getProcessors() == 0) {
            table.row(List.of(name, "-", "-", "-", "-", "-", "does not answer"));
          } else {
            var last = before.get(name);
            table.row(
                List.of(
                    name,
                    rate(last == null ? 0 : last.getCpuNanos(), usage.getCpuNanos(), name),
                    usage.getProcessors(),
                    Words.bytes(usage.getMemory()),
                    Words.bytes(usage.getMemoryTotal()),
                    usage.getInstancesCount(),
                    waits(usage.hasStalled() ? usage.getStalled() : null)));
          }
        });
    return table;
  }

  private record Row(String node, InstanceUsage usage, @Nullable InstanceUsage before) {
    long cpuNanos() {
      return before == null ? 0 : Math.max(0, usage.getCpuNanos() - before.getCpuNanos());
    }
  }

  /**
   * @param namespaces whether to say them
   */
  public Table instances(Predicate<InstanceUsage> wanted, boolean namespaces, boolean byMemory) {
    var headings =
        new ArrayList<>(
            List.of(
                "INSTANCE",
                "NODE",
                "CPU",
                "MEMORY",
                "OF",
                "PIDS",
                "THROTTLED",
                "OOM KILLS",
                "WAITS cpu/mem/io"));
    if (namespaces) {
      headings.add(0, "NAMESPACE");
    }
    var table = new Table(headings);
    for (var row : rows(wanted, byMemory)) {
      table.row(cells(row, namespaces));
    }
    return table;
  }

  private List<Row> rows(Predicate<InstanceUsage> wanted, boolean byMemory) {
    var last = new HashMap<String, InstanceUsage>();
    before.values().forEach(node -> node.getInstancesList().forEach(i -> last.put(key(i), i)));
    var rows = new ArrayList<Row>();
    now.forEach(
        (name, node) ->
            node.getInstancesList().stream()
                .filter(wanted)
                .forEach(each -> rows.add(new Row(name, each, last.get(key(each))))));
    Comparator<Row> by =
        byMemory
            ? Comparator.comparing(row -> -row.usage().getMemory())
            : Comparator.comparing(row -> -row.cpuNanos());
    rows.sort(by.thenComparing(row -> key(row.usage())));
    return rows;
  }

  private static String key(InstanceUsage usage) {
    return usage.getNamespace() + "/" + usage.getId();
  }

  private List<Object> cells(Row row, boolean namespaces) {
    var usage = row.usage();
    var last = row.before();
    var cells =
        new ArrayList<Object>(
            List.of(
                usage.getId(),
                row.node(),
                last == null ? "-" : rate(last.getCpuNanos(), usage.getCpuNanos(), row.node()),
                Words.bytes(usage.getMemory()),
                usage.getMemoryLimit() == 0 ? "-" : Words.bytes(usage.getMemoryLimit()),
                usage.getPids() + (usage.getPidsLimit() == 0 ? "" : "/" + usage.getPidsLimit()),
                last == null ? "-" : throttled(last, usage, row.node()),
                usage.getOomKills(),
                waits(usage.hasStalled() ? usage.getStalled() : null)));
    if (namespaces) {
      cells.add(0, usage.getNamespace());
    }
    return cells;
  }

  private long elapsed(String node) {
    var first = before.get(node);
    var second = now.get(node);
    return first == null || second == null ? 0 : second.getTimeNanos() - first.getTimeNanos();
  }

  /** In processors; a node that was started again counts from 0. */
  private String rate(long first, long second, String node) {
    long elapsed = elapsed(node);
    return elapsed <= 0 || second < first ? "-" : Words.cpu((second - first) * MILLI / elapsed);
  }

  private String throttled(InstanceUsage first, InstanceUsage second, String node) {
    long elapsed = elapsed(node);
    long waited = second.getThrottledNanos() - first.getThrottledNanos();
    return elapsed <= 0 || waited <= 0 ? "0%" : waited * 100 / elapsed + "%";
  }

  private static String waits(@Nullable Stalled stalled) {
    return stalled == null
        ? "-"
        : String.format(
            Locale.ROOT, "%.0f/%.0f/%.0f", stalled.getCpu(), stalled.getMemory(), stalled.getIo());
  }
}
