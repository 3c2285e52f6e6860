package dev.regrow.gateway;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import ch.qos.logback.core.rolling.FixedWindowRollingPolicy;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeBasedTriggeringPolicy;
import ch.qos.logback.core.util.Duration;
import ch.qos.logback.core.util.FileSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.LoggerFactory;

/**
 * Where the node's own words go: to stdout, or, where somebody has pointed stdout at
 * DATA/log/node.log, into that file, which is then rotated: five files of 10 MB.
 */
final class NodeLog {

  private static final int FILES_BEFORE = 4;
  private static final long FILE_BYTES = 10_000_000;

  private NodeLog() {}

  static void configure(Path data) {
    var context = (LoggerContext) LoggerFactory.getILoggerFactory();
    context.reset();
    var file = data.resolve("log").resolve("node.log");
    var appender = isStdout(file) ? rotated(context, file) : console(context);
    var layout = new NodeLogLayout();
    layout.setContext(context);
    layout.start();
    var encoder = new LayoutWrappingEncoder<ILoggingEvent>();
    encoder.setContext(context);
    encoder.setLayout(layout);
    encoder.start();
    var repeats = new Repeats();
    repeats.start();
    appender.addFilter(repeats);
    appender.setEncoder(encoder);
    appender.start();
    var root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.INFO);
    root.addAppender(appender);
    quieten(context, Level.WARN, "org.apache.pekko", "org.apache.ratis", "io.netty");
  }

  private static void quieten(LoggerContext context, Level level, String... names) {
    for (var name : names) {
      context.getLogger(name).setLevel(level);
    }
  }

  private static boolean isStdout(Path file) {
    try {
      return Files.exists(file) && Files.isSameFile(Path.of("/proc/self/fd/1"), file);
    } catch (IOException e) {
      return false; // Stdout is a pipe or closed.
    }
  }

  private static OutputStreamAppender<ILoggingEvent> console(LoggerContext context) {
    var console = new ConsoleAppender<ILoggingEvent>();
    console.setContext(context);
    return console;
  }

  private static OutputStreamAppender<ILoggingEvent> rotated(LoggerContext context, Path file) {
    var appender = new RollingFileAppender<ILoggingEvent>();
    appender.setContext(context);
    appender.setFile(file.toString());
    var policy = new FixedWindowRollingPolicy();
    policy.setContext(context);
    policy.setParent(appender);
    policy.setFileNamePattern(file + ".%i");
    policy.setMinIndex(1);
    policy.setMaxIndex(FILES_BEFORE);
    policy.start();
    var trigger = new SizeBasedTriggeringPolicy<ILoggingEvent>();
    trigger.setContext(context);
    trigger.setMaxFileSize(new FileSize(FILE_BYTES));
    trigger.setCheckIncrement(Duration.buildBySeconds(1));
    trigger.start();
    appender.setRollingPolicy(policy);
    appender.setTriggeringPolicy(trigger);
    return appender;
  }
}
