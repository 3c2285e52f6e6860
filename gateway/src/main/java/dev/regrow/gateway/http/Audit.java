package dev.regrow.gateway.http;

import dev.regrow.runtime.Exec;
import dev.regrow.runtime.InstanceKey;
import dev.regrow.runtime.fault.Fault;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who did what in instances and to a node, in that node's log: each a line of the logger {@code
 * dev.regrow.audit} that names the token, never what it is.
 */
final class Audit {

  private static final Logger LOG = LoggerFactory.getLogger("dev.regrow.audit");
  private static final int SHOWN_MAX = 400;

  /** Control characters, also those above ASCII, directions of writing and ends of lines. */
  private static final Pattern NOT_SHOWN = Pattern.compile("[\\p{C}\\p{Zl}\\p{Zp}]");

  private static final int NANOS_PER_MILLI = 1_000_000;

  private Audit() {}

  /**
   * A command or a copy of files is about to start.
   *
   * @return to be run at its end
   */
  static Runnable runs(Call call, Exec.Command command, InstanceKey key, int attempt) {
    var who = who(call);
    LOG.info(
        "token {} runs {}{} in {} (attempt {})",
        who,
        shown(command),
        command.terminal() == null ? "" : " on a terminal",
        key,
        attempt);
    long began = System.nanoTime();
    return () ->
        LOG.info("the command of token {} in {} ended after {} ms", who, key, millisSince(began));
  }

  /**
   * A connection is about to be made.
   *
   * @return to be run at its end, or when there was none
   */
  static Runnable connects(Call call, int port, InstanceKey key) {
    var who = who(call);
    LOG.info("token {} connects to port {} of {}", who, port, key);
    long began = System.nanoTime();
    return () ->
        LOG.info(
            "the connection of token {} to port {} of {} ended after {} ms",
            who,
            port,
            key,
            millisSince(began));
  }

  static void began(Call call, Fault fault) {
    LOG.info(
        "token {} began fault {}: {}", who(call), fault.id(), String.join("; ", fault.affects()));
  }

  static void ended(Call call, Fault fault) {
    LOG.info("token {} ended fault {}", who(call), fault.id());
  }

  private static String who(Call call) {
    return call.pass().map(pass -> pass.id()).orElse("none");
  }

  private static long millisSince(long began) {
    return (System.nanoTime() - began) / NANOS_PER_MILLI;
  }

  /** In one line, whatever it holds, and without what terminals obey. */
  private static String shown(Exec.Command command) {
    var verb =
        switch (command.files()) {
          case NONE -> "";
          case GIVE -> "a copy of ";
          case TAKE -> "a copy to ";
        };
    var words = NOT_SHOWN.matcher(verb + String.join(" ", command.arguments())).replaceAll("?");
    return words.length() <= SHOWN_MAX ? words : words.substring(0, SHOWN_MAX) + "…";
  }
}
