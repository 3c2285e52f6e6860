package dev.regrow.runtime.process;

import dev.regrow.runtime.Exec;
import java.util.Map;

/** The variables of a command: those of the instance, and of its terminal. */
final class ExecEnvironment {

  /** What any terminal of today understands; the caller's own name for it may not be known here. */
  private static final String USUAL_TERMINAL = "xterm";

  private ExecEnvironment() {}

  static Map<String, String> of(Prober.Target target, Exec.Command command) {
    var variables = Environment.of(target.workload(), target.file().slot());
    if (command.terminal() != null) {
      variables.putIfAbsent("TERM", USUAL_TERMINAL);
    }
    return variables;
  }
}
