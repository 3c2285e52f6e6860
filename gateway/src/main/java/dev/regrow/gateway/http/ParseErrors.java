package dev.regrow.gateway.http;

import org.apache.pekko.event.LoggingAdapter;
import org.apache.pekko.http.ParsingErrorHandler;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.scaladsl.model.ErrorInfo;
import org.apache.pekko.http.scaladsl.model.StatusCode;
import org.apache.pekko.http.scaladsl.settings.ServerSettings;

/** What is no HTTP request at all is answered with a problem as well. Named in the settings. */
public final class ParseErrors extends ParsingErrorHandler {

  @Override
  public HttpResponse handle(
      StatusCode status, ErrorInfo info, LoggingAdapter log, ServerSettings settings) {
    int code = status.intValue();
    var detail = info.summary();
    var problem =
        switch (code) {
          case 413 -> HttpProblem.of(413, "too-large", detail);
          case 414 -> HttpProblem.of(414, "uri-too-long", detail);
          case 431 -> HttpProblem.of(431, "header-too-large", detail);
          // A method that nobody knows: to us the same as one that is not possible here.
          case 501 ->
              HttpProblem.of(405, "method-not-allowed", detail)
                  .with("Allow", "DELETE, GET, HEAD, OPTIONS, POST, PUT");
          default -> HttpProblem.malformed(detail);
        };
    return Answers.problem(problem, "");
  }
}
