package dev.regrow.chaos;

import dev.regrow.chaos.bench.BenchCommand;
import dev.regrow.chaos.fuzz.FuzzCommand;
import dev.regrow.chaos.game.GameCommands;
import dev.regrow.chaos.lab.Undo;
import dev.regrow.chaos.simulation.SimulateCommand;
import java.util.List;

/** What the launcher starts for `bench` and `chaos`. */
public final class Main {

  private static final int USAGE = 2;
  private static final String HELP =
      """
      Usage: regrow chaos list|run|simulate|fuzz|undo

        list        the scenarios that come with Regrow
        run         let go wrong what a scenario says, and see whether what it claims holds
        simulate    the whole control plane in one thread, under faults drawn from a seed
        fuzz        ask the API all that it describes, right and wrong
        undo        take away what labs left whose harness died

      Help on one: regrow chaos run --help. A guide: docs/chaos.md
      """;

  private Main() {}

  public static void main(String[] arguments) {
    System.exit(run(List.of(arguments)));
  }

  private static int run(List<String> arguments) {
    if (!arguments.isEmpty() && arguments.get(0).equals("bench")) {
      return new BenchCommand(System.out, System.err).run(arguments.subList(1, arguments.size()));
    }
    if (arguments.equals(List.of("chaos")) || arguments.equals(List.of("chaos", "--help"))) {
      System.out.print(HELP);
      return 0;
    }
    if (arguments.equals(List.of("chaos", "undo"))) {
      Undo.abandoned().forEach(lab -> System.out.println("undone: " + lab));
      return 0;
    }
    if (arguments.size() > 1
        && arguments.get(0).equals("chaos")
        && GameCommands.NAMES.contains(arguments.get(1))) {
      return GameCommands.run(arguments.get(1), arguments.subList(2, arguments.size()));
    }
    if (arguments.size() > 1 && arguments.get(0).equals("chaos")) {
      var rest = arguments.subList(2, arguments.size());
      if (arguments.get(1).equals("fuzz")) {
        return new FuzzCommand(System.out, System.err).run(rest, System.getenv());
      }
      if (arguments.get(1).equals("simulate")) {
        return new SimulateCommand(System.out, System.err).run(rest);
      }
    }
    System.err.println(
        "regrow: unknown command; try `regrow bench --help`, `regrow chaos list`, `regrow chaos run"
            + " --help`, `regrow chaos simulate --help`, `regrow chaos fuzz --help` or `regrow chaos"
            + " undo`");
    return USAGE;
  }
}
