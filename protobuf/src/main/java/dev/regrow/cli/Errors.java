package dev.regrow.cli;

import dev.regrow.client.ApiException;
import dev.regrow.client.ApiException.Applied;
import dev.regrow.v1.FieldError;

/** What to tell people about a call that failed: cause, object, fix, and the next command. */
public final class Errors {
  private Errors() {}

  /** What a command exits with. */
  public static int exitCode(ApiException e) {
    if (e instanceof ApiException.Conflict || e instanceof ApiException.Stale) {
      return ExitCode.CONFLICT;
    }
    if (e instanceof ApiException.Denied) {
      return ExitCode.DENIED;
    }
    return e instanceof ApiException.TimedOut ? ExitCode.TIMED_OUT : ExitCode.ERROR;
  }

  /** What a command says. */
  public static String words(ApiException e) {
    var words = new StringBuilder(String.valueOf(e.getMessage()));
    for (FieldError error : e.problem().getErrorsList()) {
      var line = line(error);
      if (!line.contentEquals(words)) { // The only one is often the detail already.
        words.append("\n  ").append(line);
      }
    }
    var next = next(e);
    return next.isEmpty() ? words.toString() : words.append('\n').append(next).toString();
  }

  /** One wrong field. */
  private static String line(FieldError error) {
    var where = error.getLine() > 0 ? error.getLine() + ":" + error.getColumn() + ": " : "";
    var field = error.getField().isEmpty() ? "" : error.getField() + ": ";
    return where + field + error.getMessage();
  }

  private static String next(ApiException e) {
    if (e instanceof ApiException.Unreachable unreachable) {
      return applied(unreachable.applied())
          + "is the cluster running? start it: sudo regrow up, or name another: --address";
    }
    if (e instanceof ApiException.TimedOut timedOut) {
      return applied(timedOut.applied()) + "see how the node is: regrow get nodes";
    }
    if (e instanceof ApiException.Unavailable unavailable) {
      return unavailable.applied() == Applied.NO
          ? "nothing was changed; try again"
          : "it is not known whether the change was made; look first: regrow get workloads";
    }
    if (e instanceof ApiException.Denied denied) {
      return denied.unauthenticated()
          ? "give a valid token: --token-file FILE or REGROW_TOKEN"
          : "this token may not do that; use one with a higher role: --token-file FILE";
    }
    if (e instanceof ApiException.Stale) {
      return "somebody changed it meanwhile; read it again, then repeat";
    }
    if (e instanceof ApiException.DiskFull) {
      return "what runs keeps running; free some space and repeat";
    }
    return "";
  }

  private static String applied(Applied applied) {
    return applied == Applied.UNKNOWN
        ? "it is not known whether the request was carried out\n"
        : "";
  }
}
