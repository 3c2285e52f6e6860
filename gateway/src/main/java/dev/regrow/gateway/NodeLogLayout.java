package dev.regrow.gateway;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.LayoutBase;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;

/**
 * One line an event: time, level, who, what, and of what went wrong the causes in words. A stack
 * trace follows only what may be a bug of ours, an error that our own code or an actor reports;
 * libraries that meet a peer or a disk that fails say so with traces that help no operator.
 */
final class NodeLogLayout extends LayoutBase<ILoggingEvent> {

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  private static final int CAUSES_MAX = 8;

  @Override
  public String doLayout(ILoggingEvent event) {
    var line = new StringBuilder(160);
    TIME.formatTo(event.getInstant(), line);
    line.append(' ').append(event.getLevel());
    line.append(" ".repeat(Math.max(1, 6 - event.getLevel().toString().length())));
    var logger = event.getLoggerName();
    line.append(logger, logger.lastIndexOf('.') + 1, logger.length()).append(": ");
    line.append(
        isFromLibrary(event) ? flat(event.getFormattedMessage()) : event.getFormattedMessage());
    var thrown = event.getThrowableProxy();
    if (thrown == null) {
      return line.append('\n').toString();
    }
    if (mayBeABug(event)) {
      return line.append('\n').append(ThrowableProxyUtil.asString(thrown)).toString();
    }
    return line.append(" (").append(String.join("; ", causes(thrown))).append(")\n").toString();
  }

  private static boolean mayBeABug(ILoggingEvent event) {
    return event.getLevel().isGreaterOrEqual(Level.ERROR) && !isFromLibrary(event);
  }

  /** Pekko reports on our actors, so its word is ours. */
  private static boolean isFromLibrary(ILoggingEvent event) {
    var logger = event.getLoggerName();
    return !logger.startsWith("dev.regrow.") && !logger.startsWith("org.apache.pekko.");
  }

  private static List<String> causes(IThrowableProxy thrown) {
    var causes = new ArrayList<String>();
    for (var at = thrown; at != null && causes.size() < CAUSES_MAX; at = at.getCause()) {
      var name = at.getClassName().substring(at.getClassName().lastIndexOf('.') + 1);
      var message = at.getMessage() == null ? "" : ": " + flat(at.getMessage());
      causes.add(name + message);
    }
    return causes;
  }

  private static String flat(String text) {
    return text.strip().replaceAll("\\s*\\R\\s*", " | ");
  }
}
