package dev.regrow.cli.command;

import dev.regrow.cli.Durations;
import dev.regrow.cli.ExitCode;
import dev.regrow.cli.Output;
import dev.regrow.cli.Terminal;
import dev.regrow.cli.usage.Usage;
import dev.regrow.client.Call;
import dev.regrow.v1.Workload;
import java.time.Duration;
import java.util.List;

/** What the commands have in common that change one workload and may wait for it. */
abstract class Change extends Base {

  private boolean wait;

  private Duration timeout = Duration.ofMinutes(5);

  private final Output output = new Output();

  Change(Terminal terminal) {
    super(terminal);
  }

  /** Adds the options of all changes. */
  Usage waiting(Usage usage) {
    return usage
        .flag("--wait", "Until all instances are ready.", () -> wait = true)
        .option(
            "--timeout",
            "D",
            "How long to wait (default: 5m).",
            text -> timeout = Durations.parse(text))
        .with(output::declare);
  }

  /** Sends the change, says what it was, and waits if that is wanted. */
  int change(String name, Call<Workload> call, String done) {
    long before = Lookup.workload(client(), namespace(), name).getIndex();
    var now = Lookup.on(client(), namespace(), name, () -> client().send(call));
    var became = now.getIndex() == before ? "is so already" : done;
    if (output.isTable()) {
      terminal.print(
          now.getNamespace()
              + "/"
              + now.getName()
              + " "
              + became
              + ", revision "
              + now.getRevision());
    } else {
      output.show(terminal, now, Workload::getName);
    }
    if (wait) {
      terminal.out().flush();
      new Rollout(terminal, client()).await(List.of(now), timeout);
    }
    return ExitCode.OK;
  }
}
