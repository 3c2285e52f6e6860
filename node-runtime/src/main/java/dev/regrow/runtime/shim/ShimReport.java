package dev.regrow.runtime.shim;

import java.util.regex.Pattern;

/** What a shim says of its start, in one line. */
public sealed interface ShimReport {

  /**
   * Exec succeeded.
   *
   * @param pid of the workload, on the host
   */
  record Running(int pid, long boottimeNanos) implements ShimReport {}

  /**
   * It did not.
   *
   * @param stage what was being done
   * @param errno 0 to 4095
   * @param subject what it was done to
   */
  record Failed(String stage, int errno, String subject) implements ShimReport {}

  /** It died, or said what is none of these. */
  record Lost(String said) implements ShimReport {}

  Pattern RUNNING = Pattern.compile("R (\\d{1,9}) (\\d{1,18})\n");
  Pattern FAILED = Pattern.compile("(?s)E (\\S{1,32}) (\\d{1,4}) (.*)\n");

  /** Total: whatever it said is one of these. */
  static ShimReport parse(String said) {
    var running = RUNNING.matcher(said);
    if (running.matches()) {
      return new Running(Integer.parseInt(running.group(1)), Long.parseLong(running.group(2)));
    }
    var failed = FAILED.matcher(said);
    if (failed.matches()) {
      return new Failed(failed.group(1), Integer.parseInt(failed.group(2)), failed.group(3));
    }
    return new Lost(said);
  }
}
