package dev.regrow.chaos.fuzz;

import dev.regrow.client.Context;
import dev.regrow.client.ContextChoice;
import dev.regrow.client.ContextFile;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** {@code regrow chaos fuzz}: asks the cluster of the context what its API describes, and worse. */
public final class FuzzCommand {

  private static final int OK = 0;
  private static final int FAILED = 1;
  private static final int USAGE = 2;
  private static final int SHOWN = 20;

  private final PrintStream out;
  private final PrintStream err;

  public FuzzCommand(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  /** The exit code: 0 when the server stood it all, 1 when not, 2 wrong usage. */
  public int run(List<String> arguments, Map<String, String> environment) {
    if (arguments.contains("--help")) {
      usage(out);
      return OK;
    }
    var given = new HashMap<String, String>();
    boolean agreed = arguments.contains("--yes");
    var rest = arguments.stream().filter(one -> !one.equals("--yes")).toList();
    for (int i = 0; i < rest.size(); i += 2) {
      var value = i + 1 < rest.size() ? rest.get(i + 1) : "";
      if (!List.of("--seed", "--requests").contains(rest.get(i)) || !value.matches("[0-9]{1,9}")) {
        err.println("regrow: chaos fuzz: `%s %s` is no option".formatted(rest.get(i), value));
        usage(err);
        return USAGE;
      }
      given.put(rest.get(i), value);
    }
    if (!agreed) {
      err.println(
          "regrow: chaos fuzz changes and deletes whatever it hits on; say --yes if the cluster may"
              + " be lost");
      return USAGE;
    }
    return fuzz(given, environment);
  }

  private int fuzz(Map<String, String> given, Map<String, String> environment) {
    long seed = Long.parseLong(given.getOrDefault("--seed", "1"));
    int requests = Integer.parseInt(given.getOrDefault("--requests", "2000"));
    try {
      var context = context(environment);
      var findings = ApiFuzz.run(URI.create(context.address()), context.token(), seed, requests);
      out.printf("seed %d: %d requests, answers %s%n", seed, requests, findings.statuses());
      findings.faults().stream().limit(SHOWN).forEach(out::println);
      return findings.faults().isEmpty() ? OK : FAILED;
    } catch (IOException e) {
      err.println("regrow: chaos fuzz: " + e.getMessage());
      return FAILED;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return FAILED;
    }
  }

  private static Context context(Map<String, String> environment) throws IOException {
    return ContextChoice.none().resolve(environment, ContextFile.ofUser());
  }

  private static void usage(PrintStream to) {
    to.println(
        "usage: regrow chaos fuzz --yes [--seed N] [--requests N]   (the context's cluster)");
  }
}
