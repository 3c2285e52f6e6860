package dev.regrow.cli.command;

import dev.regrow.cli.Durations;
import dev.regrow.cli.ExitCode;
import dev.regrow.cli.Failure;
import dev.regrow.cli.Terminal;
import dev.regrow.cli.usage.Usage;
import dev.regrow.cli.view.AttemptWords;
import dev.regrow.client.Calls;
import dev.regrow.client.LogQuery;
import dev.regrow.v1.Instance;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code logs}: what instances wrote. */
public final class LogsCommand extends Base {

  private String name = "";

  private boolean follow;

  private @Nullable Integer tail;

  private boolean previous;

  private int attempts;

  private @Nullable Duration since;

  public LogsCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  Usage own() {
    return Usage.of("logs", "Show what an instance wrote, or all instances of a workload.")
        .argument("NAME|INSTANCE", "A workload, an instance or a slot.", text -> name = text)
        .flag("-f, --follow", "Go on as more is written.", () -> follow = true)
        .option("--tail", "N", "Begin with the last N lines.", text -> tail = Usage.number(text))
        .flag("--previous", "Of the attempt before the current one.", () -> previous = true)
        .option(
            "--attempts",
            "N",
            "Of the last N attempts, each under how it ended.",
            text -> attempts = Usage.number(text))
        .option(
            "--since", "D", "Only what is younger, as 5m.", text -> since = Durations.parse(text))
        .footer(
            "Examples:",
            "  regrow logs web -f",
            "  regrow logs web-0 --tail 20",
            "  regrow logs web-0 --previous    # of the attempt that ended before",
            "  regrow logs web-0 --attempts 3  # of the last three, and how they ended");
  }

  @Override
  public int run() throws IOException {
    if (tail != null && tail < 0) {
      throw Failure.usage("--tail " + tail + ": it is 0 or more");
    }
    if (attempts < 0 || (attempts > 0 && (follow || previous))) {
      throw Failure.usage("--attempts is 1 or more, and without --follow and --previous");
    }
    var instances = Lookup.instances(client(), namespace(), name);
    if (instances.isEmpty()) {
      terminal.say(name + " has no instance");
      return ExitCode.OK;
    }
    instances.stream()
        .filter(each -> each.getNode().isEmpty())
        .forEach(each -> terminal.say(each.getSlot() + " is not placed: " + each.getMessage()));
    instances = instances.stream().filter(each -> !each.getNode().isEmpty()).toList();
    if (attempts > 0) {
      for (var each : instances) {
        attempts(each);
      }
    } else if (instances.size() == 1) {
      copy(query(instances.get(0)));
    } else if (follow) {
      followAll(instances);
    } else {
      for (var each : instances) {
        lines(each);
      }
    }
    return ExitCode.OK;
  }

  private LogQuery query(Instance instance) {
    return new LogQuery(
        instance.getNamespace(), instance.getId(), follow, tail, previous, 0, since);
  }

  /** The last ones, oldest first. */
  private void attempts(Instance instance) throws IOException {
    var kept =
        client().send(Calls.attempts(instance.getNamespace(), instance.getId())).getItemsList();
    for (var each : kept.subList(Math.max(0, kept.size() - attempts), kept.size())) {
      terminal.print("==> " + AttemptWords.of(instance, each) + " <==");
      terminal.out().flush();
      copy(
          new LogQuery(
              instance.getNamespace(),
              instance.getId(),
              false,
              tail,
              false,
              each.getAttempt(),
              since));
    }
  }

  /** Byte by byte as it was written. */
  private void copy(LogQuery query) throws IOException {
    terminal.out().flush();
    // Never closed: others may have something to say yet.
    var out =
        new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
    try (var log = client().logs(query)) {
      var buffer = new byte[16 * 1024];
      for (int n = log.bytes().read(buffer); n != -1; n = log.bytes().read(buffer)) {
        out.write(buffer, 0, n);
        out.flush();
        if (out.checkError()) {
          return; // Nobody reads any more, as in `| head`.
        }
      }
    }
  }

  /** Each line with the instance before it. */
  private void lines(Instance instance) throws IOException {
    try (var log = client().logs(query(instance));
        var in = new BufferedReader(new InputStreamReader(log.bytes(), StandardCharsets.UTF_8))) {
      for (var line = in.readLine(); line != null; line = in.readLine()) {
        synchronized (terminal) {
          terminal.out().println(instance.getId() + "  " + line);
          if (follow) {
            terminal.out().flush();
          }
        }
      }
    }
  }

  private void followAll(List<Instance> instances) throws IOException {
    var failures = new ArrayList<String>();
    var followers = new ArrayList<Thread>();
    for (var each : instances) {
      var follower =
          new Thread(
              () -> {
                try {
                  lines(each);
                } catch (IOException | RuntimeException e) {
                  synchronized (failures) {
                    failures.add(each.getId() + ": " + e.getMessage());
                  }
                }
              },
              "logs-" + each.getId());
      follower.start();
      followers.add(follower);
    }
    for (var follower : followers) {
      try {
        follower.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw Failure.error("interrupted");
      }
    }
    if (!failures.isEmpty()) {
      throw Failure.error(String.join("\n", failures));
    }
  }
}
