package dev.regrow.cli.command;

import dev.regrow.cli.ExitCode;
import dev.regrow.cli.Failure;
import dev.regrow.cli.Table;
import dev.regrow.cli.Terminal;
import dev.regrow.cli.usage.Usage;
import dev.regrow.cli.view.UsageView;
import dev.regrow.client.ApiException;
import dev.regrow.client.Calls;
import dev.regrow.client.Nodes;
import dev.regrow.v1.Node;
import dev.regrow.v1.NodeUsage;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;

/** {@code top}: what nodes and instances use, and what they wait for. */
public final class TopCommand extends Base {

  private static final long SECOND = 1_000_000_000L;
  private static final String HOME_AND_CLEAR = "\033[H\033[J";
  private static final String CLEAR_ALL = "\033[2J";

  private String name = "";
  private boolean once;
  private boolean everywhere;
  private boolean byMemory;
  private long every = 2;

  public TopCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  Usage own() {
    return Usage.of("top", "Show what nodes and instances use. Live on a terminal, until Ctrl-C.")
        .optional("NAME", "Only this workload or instance.", text -> name = text)
        .flag("-A, --all-namespaces", "Instances of all namespaces.", () -> everywhere = true)
        .flag("--once", "Print it once.", () -> once = true)
        .flag("--by-memory", "The largest first, instead of the busiest.", () -> byMemory = true)
        .option("--every", "N", "Seconds between looks (default: 2).", this::setEvery)
        .footer(
            "CPU is of the last moment, in processors. WAITS is for which part of the last 10 s"
                + " something",
            "waited for processor, memory or disk, in percent, where the kernel says so. THROTTLED"
                + " is by",
            "cpuLimit, of the last moment.");
  }

  private void setEvery(String text) {
    every = Usage.number(text);
    if (every < 1 || every > 3600) {
      throw new IllegalArgumentException("it is 1 to 3600");
    }
  }

  @Override
  public int run() {
    boolean live = !once && terminal.outIsTerminal();
    var before = look();
    LockSupport.parkNanos(SECOND);
    var now = look();
    if (!live) {
      print(terminal, before, now);
      return ExitCode.OK;
    }
    terminal.out().print(CLEAR_ALL);
    while (true) {
      var screen = new StringWriter();
      print(onScreen(screen), before, now);
      terminal.out().print(HOME_AND_CLEAR + screen);
      terminal.out().flush();
      LockSupport.parkNanos(every * SECOND);
      before = now;
      now = look();
    }
  }

  /** All at once, so that nothing flickers. */
  private Terminal onScreen(StringWriter screen) {
    return terminal.into(new PrintWriter(screen));
  }

  /** What all nodes say; one that says nothing is shown as that. */
  private Map<String, NodeUsage> look() {
    var nodes = client().send(Calls.nodes()).getItemsList();
    var asked = new LinkedHashMap<String, CompletableFuture<NodeUsage>>();
    for (Node node : nodes) {
      if (!Nodes.isWitness(node)) {
        asked.put(
            node.getName(), client().sendAsync(Calls.usage(node.getName())).toCompletableFuture());
      }
    }
    var usage = new TreeMap<String, NodeUsage>();
    asked.forEach((node, answer) -> usage.put(node, usage(node, answer)));
    return usage;
  }

  private static NodeUsage usage(String node, CompletableFuture<NodeUsage> answer) {
    try {
      return answer.join();
    } catch (java.util.concurrent.CompletionException e) {
      if (e.getCause() instanceof ApiException.Denied denied) {
        throw denied;
      }
      return NodeUsage.newBuilder().setNode(node).build();
    }
  }

  private void print(Terminal to, Map<String, NodeUsage> before, Map<String, NodeUsage> now) {
    var view = new UsageView(before, now);
    if (name.isEmpty()) {
      view.nodes().print(to);
      to.print("");
    }
    Table instances =
        view.instances(
            each ->
                (everywhere || each.getNamespace().equals(namespace()))
                    && (name.isEmpty()
                        || name.equals(each.getWorkload())
                        || name.equals(each.getId())
                        || name.equals(each.getSlot())),
            everywhere,
            byMemory);
    if (instances.isEmpty() && !name.isEmpty()) {
      throw Failure.error("nothing of \"" + name + "\" runs\nsee what does: regrow top -A");
    }
    instances.print(to);
  }
}
