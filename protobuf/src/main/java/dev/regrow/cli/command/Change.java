package dev.regrow.cli.command;

import dev.regrow.cli.ExitCode;
import dev.regrow.cli.Output;
import dev.regrow.cli.Terminal;
import dev.regrow.client.ApiException;
import dev.regrow.client.Call;
import dev.regrow.v1.Workload;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What the commands have in common that change one workload and may wait for it. */
abstract class Change extends Base {

  @Option(names = "--wait", description = "Until all instances are ready.")
  boolean wait;

  @Option(
      names = "--timeout",
      paramLabel = "D",
      converter = DurationConverter.class,
      defaultValue = "5m",
      description = "How long to wait (default: 5m).")
  Duration timeout = Duration.ofMinutes(5);

  @Mixin Output output = new Output();

  Change(Terminal terminal) {
    super(terminal);
  }

  /** Sends the change, says what it was, and waits if that is wanted. */
  Integer change(String name, Call<Workload> call, String done) {
    Workload now;
    try {
      now = client().send(call);
    } catch (ApiException.NotFound e) {
      Lookup.workload(client(), namespace(), name);
      throw e;
    }
    if (output.isTable()) {
      terminal.print(
          now.getNamespace()
              + "/"
              + now.getName()
              + " "
              + done
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
