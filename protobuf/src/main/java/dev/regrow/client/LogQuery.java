package dev.regrow.client;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Which output of an instance.
 *
 * @param tail how many lines from the end to begin with; null for all
 * @param since only what is younger; null for all
 * @param previous the attempt before the current one
 * @param attempt only this; 0: all
 */
public record LogQuery(
    String namespace,
    String instance,
    boolean follow,
    @Nullable Integer tail,
    boolean previous,
    int attempt,
    @Nullable Duration since) {

  /** Of all attempts, or of the one before the current one. */
  public LogQuery(
      String namespace,
      String instance,
      boolean follow,
      @Nullable Integer tail,
      boolean previous,
      @Nullable Duration since) {
    this(namespace, instance, follow, tail, previous, 0, since);
  }

  /** All of what is kept. */
  public static LogQuery of(String namespace, String instance) {
    return new LogQuery(namespace, instance, false, null, false, 0, null);
  }

  public LogQuery lastLines(int lines) {
    return new LogQuery(namespace, instance, follow, lines, previous, attempt, since);
  }

  String target() {
    var target =
        "/v1/namespaces/"
            + Uris.segment(namespace)
            + "/instances/"
            + Uris.segment(instance)
            + "/logs";
    if (follow) {
      target = Uris.with(target, "follow", "true");
    }
    if (tail != null) {
      target = Uris.with(target, "tail", Integer.toString(tail));
    }
    if (previous) {
      target = Uris.with(target, "previous", "true");
    }
    if (attempt > 0) {
      target = Uris.with(target, "attempt", Integer.toString(attempt));
    }
    if (since != null) {
      target = Uris.with(target, "since", Math.max(1, since.toMillis()) + "ms");
    }
    return target;
  }
}
