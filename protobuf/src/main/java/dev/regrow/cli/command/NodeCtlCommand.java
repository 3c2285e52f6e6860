package dev.regrow.cli.command;

import dev.regrow.cli.Durations;
import dev.regrow.cli.ExitCode;
import dev.regrow.cli.Failure;
import dev.regrow.cli.Output;
import dev.regrow.cli.Terminal;
import dev.regrow.cli.usage.Usage;
import dev.regrow.client.Call;
import dev.regrow.client.Calls;
import dev.regrow.v1.Drain;
import dev.regrow.v1.Node;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** {@code node-ctl}: cordons, drains and opens nodes, and says what they are to the cluster. */
public final class NodeCtlCommand extends Base {

  private static final Duration PAUSE = Duration.ofMillis(200);

  /** The cluster gives up first, and says what blocked. */
  private static final Duration GRACE = Duration.ofSeconds(5);

  private String action = "";

  private String name = "";

  private Duration timeout = Duration.ofMinutes(10);

  private boolean force;

  private final Output output = new Output();

  public NodeCtlCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  Usage own() {
    return Usage.of(
            "node-ctl",
            "Keep new instances from a node, empty it, make it a server or a worker, or remove it.")
        .argument(
            "ACTION", "cordon, uncordon, drain, promote, demote or remove.", text -> action = text)
        .argument("NODE", "Which one.", text -> name = text)
        .option(
            "--timeout",
            "D",
            "How long to wait for a drain or a change of its role (default: 10m).",
            text -> timeout = Durations.parse(text))
        .flag("--force", "remove: the node is dead, do not wait for it.", () -> force = true)
        .with(output::declare)
        .footer(
            "drain moves each workload's instances at the pace of its update policy and waits until the",
            "node is empty. What is still there at the end stays; the node is cordoned in any case.",
            "Ctrl-C leaves the drain to go on. Exits 4 when it was not done in time, saying what blocks.",
            "",
            "promote makes a worker a server, which keeps the store; demote makes a server a worker. The",
            "node restarts its own parts for that, and its instances stay. remove takes a drained node out",
            "for good: it is never let in again. --force says that it is dead; what it ran is replaced at",
            "once.",
            "",
            "Examples:",
            "  regrow node-ctl drain n2 --timeout 5m",
            "  regrow node-ctl uncordon n2",
            "  regrow node-ctl promote n4",
            "  regrow node-ctl remove --force n3");
  }

  @Override
  public int run() {
    switch (action) {
      case "cordon" -> told(change(Calls.cordon(name)), "takes no new instances");
      case "uncordon" -> told(change(Calls.uncordon(name)), "takes new instances again");
      case "drain" -> drain();
      case "promote" -> become(Calls.promote(name), "server", "is a server of the store");
      case "demote" -> become(Calls.demote(name), "worker", "is a worker");
      case "remove" -> remove();
      default ->
          throw Failure.usage(
              "node-ctl " + action + ": it is cordon, uncordon, drain, promote, demote or remove");
    }
    return ExitCode.OK;
  }

  private Node change(Call<Node> call) {
    Lookup.node(client(), name);
    return client().send(call);
  }

  private void told(Node node, String words) {
    if (output.isTable()) {
      terminal.print("node %s %s".formatted(node.getName(), words));
    } else {
      output.show(terminal, node, Node::getName);
    }
  }

  private void become(Call<Node> call, String role, String words) {
    change(call);
    told(new RoleChange(terminal, client()).await(name, role, timeout), words);
  }

  private void remove() {
    Lookup.node(client(), name);
    told(client().send(Calls.remove(name, force)), "is removed, and is never let in again");
  }

  private void drain() {
    var node = change(Calls.drain(name, timeout));
    long deadline = System.nanoTime() + timeout.plus(GRACE).toNanos();
    var waiting = detachNotice();
    try {
      while (!node.getDrain().getDone()) {
        if (!node.hasDrain()) {
          throw Failure.error("node %s was opened meanwhile: the drain has ended".formatted(name));
        }
        if (node.getDrain().getGivenUp() || System.nanoTime() > deadline) {
          throw new Failure(ExitCode.TIMED_OUT, late(node.getDrain()));
        }
        terminal.progress("node %s: %s".formatted(name, state(node.getDrain())));
        pause();
        node = client().send(Calls.node(name));
      }
    } finally {
      terminal.clearProgress();
      waiting.set(false);
    }
    told(node, "is drained, and takes no new instances");
  }

  private String late(Drain drain) {
    return "node %s is not empty after %s: %d instances are left, and stay"
            .formatted(name, Durations.age(timeout), drain.getRemaining())
        + String.join("", drain.getBlockedList().stream().map(wait -> "\n  " + wait).toList())
        + "\nit takes no new instances; open it again: regrow node-ctl uncordon "
        + name;
  }

  private static String state(Drain drain) {
    var first = drain.getBlockedCount() == 0 ? "" : "; " + drain.getBlocked(0);
    return "%d instances are left%s".formatted(drain.getRemaining(), first);
  }

  private AtomicBoolean detachNotice() {
    var waiting = new AtomicBoolean(true);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  if (waiting.get()) {
                    terminal.say("detached: the drain goes on; see: regrow describe node " + name);
                  }
                }));
    return waiting;
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Failure.error("interrupted");
    }
  }
}
