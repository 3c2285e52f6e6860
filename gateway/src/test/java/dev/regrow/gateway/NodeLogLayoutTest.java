package dev.regrow.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.spi.FilterReply;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class NodeLogLayoutTest {

  private static final Instant NOW = Instant.parse("2026-01-31T12:00:00.007Z");
  private static final String RATIS = "org.apache.ratis.grpc.server.GrpcLogAppender";

  private final NodeLogLayout layout = new NodeLogLayout();
  private final Repeats repeats = new Repeats();

  @Test
  void an_event_is_a_line() {
    assertThat(layout.doLayout(event("dev.regrow.gateway.NodeMain", Level.INFO, "serves", null)))
        .isEqualTo("2026-01-31T12:00:00.007Z INFO  NodeMain: serves\n");
  }

  @Test
  void what_a_library_could_not_do_is_a_line_with_its_causes() {
    var failure = new IOException("no answer\n  from n2", new ConnectException("refused"));

    assertThat(layout.doLayout(event(RATIS, Level.ERROR, "n1->n2:\nfailed", failure)))
        .isEqualTo(
            "2026-01-31T12:00:00.007Z ERROR GrpcLogAppender: n1->n2: | failed"
                + " (IOException: no answer | from n2; ConnectException: refused)\n");
  }

  @Test
  void a_bug_of_ours_keeps_its_trace_and_a_warning_does_not() {
    var bug = new IllegalStateException("impossible");

    assertThat(layout.doLayout(event("dev.regrow.core.X", Level.ERROR, "oh", bug)))
        .contains("X: oh\njava.lang.IllegalStateException: impossible")
        .contains("\tat dev.regrow.gateway.NodeLogLayoutTest");
    assertThat(layout.doLayout(event("dev.regrow.core.X", Level.WARN, "oh", bug)))
        .endsWith("X: oh (IllegalStateException: impossible)\n");
  }

  @Test
  void what_a_library_repeats_is_said_once_a_minute_and_what_we_say_always() {
    assertThat(decide(RATIS, "call 17 failed", 0)).isEqualTo(FilterReply.NEUTRAL);
    assertThat(decide(RATIS, "call 18 failed", 59)).isEqualTo(FilterReply.DENY);
    assertThat(decide(RATIS, "another matter", 59)).isEqualTo(FilterReply.NEUTRAL);
    assertThat(decide(RATIS, "call 19 failed", 60)).isEqualTo(FilterReply.NEUTRAL);
    assertThat(decide("dev.regrow.X", "again", 0)).isEqualTo(FilterReply.NEUTRAL);
    assertThat(decide("dev.regrow.X", "again", 0)).isEqualTo(FilterReply.NEUTRAL);
  }

  private FilterReply decide(String logger, String message, int second) {
    var event = event(logger, Level.WARN, message, null);
    event.setInstant(NOW.plusSeconds(second));
    return repeats.decide(event);
  }

  private static LoggingEvent event(
      String logger, Level level, String message, @Nullable Throwable thrown) {
    var event =
        new LoggingEvent(
            "", new LoggerContext().getLogger(logger), level, message, thrown, new Object[0]);
    event.setInstant(NOW);
    return event;
  }
}
