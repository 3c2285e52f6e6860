package dev.regrow.chaos;

import dev.regrow.chaos.bench.BenchCommand;
import dev.regrow.chaos.lab.Undo;
import java.util.List;

/** What the launcher starts for `bench` and `chaos`. */
public final class Main {

  private static final int USAGE = 2;

  private Main() {}

  public static void main(String[] arguments) {
    System.exit(run(List.of(arguments)));
  }

  private static int run(List<String> arguments) {
    if (!arguments.isEmpty() && arguments.get(0).equals("bench")) {
      return new BenchCommand(System.out, System.err).run(arguments.subList(1, arguments.size()));
    }
    if (arguments.equals(List.of("chaos", "undo"))) {
      Undo.abandoned().forEach(lab -> System.out.println("undone: " + lab));
      return 0;
    }
    System.err.println("regrow: unknown command; try `regrow bench --help` or `regrow chaos undo`");
    return USAGE;
  }
}
