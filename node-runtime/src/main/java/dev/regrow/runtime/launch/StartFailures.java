package dev.regrow.runtime.launch;

import dev.regrow.runtime.Printable;
import dev.regrow.runtime.RuntimeFailure;
import dev.regrow.runtime.shim.ShimReport;
import dev.regrow.runtime.syscall.Errno;

/** Turns what the shim says into what people can act on. */
final class StartFailures {

  private static final int ENOENT = 2;

  private StartFailures() {}

  static RuntimeFailure of(String instance, ShimReport.Failed failed) {
    var errno = Errno.of(failed.errno());
    var error =
        errno == Errno.OTHER ? "errno " + failed.errno() : errno + " (" + errno.description() + ")";
    var subject = Printable.of(failed.subject());
    return switch (failed.stage()) {
      case "exec" ->
          failure(
              instance,
              "cannot execute '" + subject + "': " + error,
              failed.errno() == ENOENT
                  ? "it is not in its root, or the interpreter that it names is not; check the command"
                  : "check the command and its permissions for the instance's user",
              false);
      case "workdir" ->
          failure(
              instance,
              "cannot enter the working directory '" + subject + "': " + error,
              "it must exist in the root, be open to the instance's user, and lead through no link of /proc",
              false);
      case "root" ->
          failure(
              instance,
              "cannot build its root at '" + subject + "': " + error,
              "the path must exist and its file system allow this",
              false);
      case "confine", "namespace" ->
          failure(
              instance,
              "this machine cannot isolate it (" + failed.stage() + ", " + subject + "): " + error,
              "its kernel must have user namespaces and seccomp, and the node must be root",
              true);
      default ->
          failure(
              instance,
              failed.stage() + " failed on '" + subject + "': " + error,
              "it may work when tried again",
              true);
    };
  }

  private static RuntimeFailure failure(
      String instance, String what, String advice, boolean retryable) {
    return new RuntimeFailure("cannot start " + instance + ": " + what + "; " + advice, retryable);
  }
}
