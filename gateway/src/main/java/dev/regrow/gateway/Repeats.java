package dev.regrow.gateway;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.spi.FilterReply;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Lets what a library says again and again, as of a peer that is away, through once a minute.
 * Thread-safe.
 */
final class Repeats extends Filter<ILoggingEvent> {

  private static final long PAUSE_MILLIS = 60_000;
  private static final int REMEMBERED_MAX = 256;

  private final Map<String, Long> said =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
          return size() > REMEMBERED_MAX;
        }
      };

  @Override
  public synchronized FilterReply decide(ILoggingEvent event) {
    if (event.getLoggerName().startsWith("dev.regrow.")) {
      return FilterReply.NEUTRAL;
    }
    var what = event.getLoggerName() + ' ' + pattern(event);
    var before = said.get(what);
    if (before != null && event.getTimeStamp() - before < PAUSE_MILLIS) {
      return FilterReply.DENY;
    }
    said.put(what, event.getTimeStamp());
    return FilterReply.NEUTRAL;
  }

  /** Ratis puts numbers into its words before it logs them: of terms, calls and times. */
  private static String pattern(ILoggingEvent event) {
    return event.getMessage().replaceAll("[0-9]+", "0");
  }
}
