package dev.regrow.chaos.game;

import dev.regrow.chaos.game.Hypothesis.Question;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads hypotheses. */
final class HypothesisFields {

  private static final Duration EVERY = Duration.ofMillis(100);
  private static final Duration WITHIN = Duration.ofSeconds(1);
  private static final Duration LEAST = Duration.ofMillis(1);

  private HypothesisFields() {}

  static List<Hypothesis> read(Fields scenario) {
    var hypotheses = new ArrayList<Hypothesis>();
    for (Fields each : scenario.objects("hypotheses")) {
      hypothesis(each).ifPresent(hypotheses::add);
    }
    if (!scenario.has("hypotheses")) {
      scenario.refuse("hypotheses", "is missing; write what is to hold, as - ready: web");
    }
    var claims = new ArrayList<String>();
    for (var each : hypotheses) {
      if (claims.contains(each.claim())) {
        scenario.refuse(
            "hypotheses", "claims \"" + each.claim() + "\" twice; give one of them a name");
      }
      claims.add(each.claim());
    }
    return hypotheses;
  }

  private static Optional<Hypothesis> hypothesis(Fields fields) {
    var what = fields.oneOf("what is claimed", "http", "tcp", "exec", "ready", "converges");
    Optional<Hypothesis> read =
        switch (what) {
          case "" -> Optional.empty();
          case "ready" -> Optional.of(ready(fields));
          case "converges" -> Optional.of(converges(fields));
          default -> question(fields, what).map(question -> answers(fields, question));
        };
    if (!what.isEmpty()) {
      fields.refuseOthers();
    }
    return read;
  }

  private static Hypothesis ready(Fields fields) {
    var workload = fields.text("ready");
    int atLeast = fields.whole("atLeast", 1, 1, 10_000);
    boolean abort = fields.truth("abort");
    var claim =
        "at least %d of %s %s ready".formatted(atLeast, workload, atLeast == 1 ? "is" : "are");
    return new Hypothesis.Ready(claim, workload, atLeast, abort);
  }

  private static Hypothesis converges(Fields fields) {
    var within =
        fields.duration("converges", Duration.ofSeconds(15), LEAST, Duration.ofMinutes(30));
    var workload = fields.text("workload");
    var claim =
        "%s as declared within %s after the last fault"
            .formatted(workload.isEmpty() ? "all is" : workload + " is", Fields.words(within));
    return new Hypothesis.Converges(
        claim, workload.isEmpty() ? Optional.empty() : Optional.of(workload), within);
  }

  private static Hypothesis answers(Fields fields, Question question) {
    var every = fields.duration("every", EVERY, Duration.ofMillis(10), Duration.ofMinutes(1));
    var within = fields.duration("within", WITHIN, LEAST, Duration.ofMinutes(1));
    double percent = fields.number("percent", 100, 0, 100);
    Optional<Duration> maxGap =
        fields.has("maxGap")
            ? Optional.of(fields.duration("maxGap", WITHIN, LEAST, ScenarioFile.LONGEST))
            : Optional.empty();
    boolean abort = fields.truth("abort");
    if (question instanceof Hypothesis.Exec && every.toMillis() < 100) {
      fields.refuse("every", "starts a program too often; write 100ms or more");
    }
    var subject = fields.has("name") ? fields.text("name") : question.toString();
    var claim =
        "%s answers %s %% of requests within %s%s"
            .formatted(
                subject,
                plain(percent),
                Fields.words(within),
                maxGap.map(gap -> ", without a gap over " + Fields.words(gap)).orElse(""));
    return new Hypothesis.Answers(claim, subject, question, every, within, percent, maxGap, abort);
  }

  static String plain(double number) {
    return java.math.BigDecimal.valueOf(number).stripTrailingZeros().toPlainString();
  }

  private static Optional<Question> question(Fields fields, String what) {
    return switch (what) {
      case "http" -> http(fields);
      case "tcp" -> tcp(fields);
      default -> exec(fields);
    };
  }

  private static Optional<Question> http(Fields fields) {
    var url = fields.text("http");
    int status = fields.whole("status", 0, 100, 599);
    try {
      var uri = URI.create(url);
      boolean fine =
          List.of("http", "https").contains(String.valueOf(uri.getScheme()))
              && uri.getHost() != null
              && uri.getUserInfo() == null;
      if (fine) {
        return Optional.of(new Hypothesis.Http(url, status));
      }
    } catch (IllegalArgumentException noUri) {
      // Said below.
    }
    fields.refuse("http", "\"" + url + "\" is no URL; write one as http://any:8080/health");
    return Optional.empty();
  }

  private static Optional<Question> tcp(Fields fields) {
    var text = fields.text("tcp");
    int colon = text.lastIndexOf(':');
    var port = text.substring(colon + 1);
    if (colon > 0 && port.matches("[0-9]{1,5}") && Integer.parseInt(port) <= 65535) {
      return Optional.of(new Hypothesis.Tcp(text.substring(0, colon), Integer.parseInt(port)));
    }
    fields.refuse("tcp", "\"" + text + "\" is no address; write one as any:6379");
    return Optional.empty();
  }

  private static Optional<Question> exec(Fields fields) {
    var command = fields.texts("exec");
    if (command.isEmpty()) {
      fields.refuse("exec", "is empty; write a command as [curl, -f, http://127.0.0.1:8080/]");
      return Optional.empty();
    }
    return Optional.of(new Hypothesis.Exec(command));
  }
}
