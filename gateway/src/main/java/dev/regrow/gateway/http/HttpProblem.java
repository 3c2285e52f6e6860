package dev.regrow.gateway.http;

import dev.regrow.actors.control.Refusal;
import dev.regrow.v1.FieldError;
import dev.regrow.v1.Problem;
import java.util.List;
import java.util.Map;

/** A request ends with this problem (RFC 9457) and these headers. */
final class HttpProblem extends RuntimeException {

  private static final long serialVersionUID = 1L;
  private static final String TYPE = "urn:regrow:problem:";

  private static final Map<Integer, String> TITLES =
      Map.ofEntries(
          Map.entry(400, "Malformed"),
          Map.entry(401, "Not authenticated"),
          Map.entry(403, "Not allowed"),
          Map.entry(404, "Not found"),
          Map.entry(405, "Method not allowed"),
          Map.entry(406, "Not acceptable"),
          Map.entry(408, "Request too slow"),
          Map.entry(409, "Conflict"),
          Map.entry(410, "Gone"),
          Map.entry(412, "Stale"),
          Map.entry(413, "Too large"),
          Map.entry(414, "URI too long"),
          Map.entry(415, "Unsupported media type"),
          Map.entry(417, "Expectation failed"),
          Map.entry(422, "Invalid"),
          Map.entry(426, "Upgrade required"),
          Map.entry(429, "Too many requests"),
          Map.entry(431, "Header too large"),
          Map.entry(500, "Bug"),
          Map.entry(503, "Unavailable"),
          Map.entry(507, "Disk full"));

  private final transient Problem problem;
  private final transient Map<String, String> headers;

  private HttpProblem(Problem problem, Map<String, String> headers) {
    super(problem.getDetail(), null, false, false); // No stack: it is an answer, not a bug.
    this.problem = problem;
    this.headers = Map.copyOf(headers);
  }

  Problem problem() {
    return problem;
  }

  Map<String, String> headers() {
    return headers;
  }

  HttpProblem with(String header, String value) {
    return new HttpProblem(problem, Map.of(header, value));
  }

  /**
   * @param kind the last word of the problem's type, as {@code not-applied}
   * @param detail cause, object and fix
   */
  static HttpProblem of(int status, String kind, String detail) {
    return of(status, kind, detail, List.of());
  }

  static HttpProblem of(int status, String kind, String detail, List<FieldError> errors) {
    var problem =
        Problem.newBuilder()
            .setType(TYPE + kind)
            .setTitle(TITLES.getOrDefault(status, "Refused"))
            .setStatus(status)
            .setDetail(detail)
            .addAllErrors(errors)
            .build();
    return new HttpProblem(problem, Map.of());
  }

  static HttpProblem malformed(String detail) {
    return of(400, "malformed", detail);
  }

  static HttpProblem notFound(String detail) {
    return of(404, "not-found", detail);
  }

  static HttpProblem stale(String detail) {
    return of(412, "stale", detail);
  }

  static HttpProblem invalid(String field, String message) {
    var error = FieldError.newBuilder().setField(field).setMessage(message).build();
    var detail = field.isEmpty() ? "the object " + message : field + ": " + message;
    return of(422, "invalid", detail, List.of(error));
  }

  static HttpProblem unavailable(String detail) {
    return of(503, "not-applied", detail).with("Retry-After", "1");
  }

  static HttpProblem outcomeUnknown(String detail) {
    return of(503, "outcome-unknown", detail);
  }

  /** What a refusal of the control plane looks like outside. */
  static HttpProblem of(Refusal refusal) {
    var detail = refusal.getMessage() == null ? "" : refusal.getMessage();
    return switch (refusal.kind()) {
      case BAD_REQUEST -> malformed(detail);
      case NOT_FOUND -> notFound(detail);
      case CONFLICT -> of(409, "conflict", detail);
      case STALE -> stale(detail);
      case INVALID -> of(422, "invalid", detail, refusal.errors());
      case GONE -> of(410, "gone", detail);
      case UNAVAILABLE -> unavailable(detail);
      case OUTCOME_UNKNOWN -> outcomeUnknown(detail);
      case DISK_FULL -> of(507, "disk-full", detail);
      case TOO_LARGE -> of(413, "too-large", detail);
    };
  }
}
