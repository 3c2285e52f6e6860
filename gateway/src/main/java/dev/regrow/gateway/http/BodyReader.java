package dev.regrow.gateway.http;

import dev.regrow.gateway.server.BodyRefused;
import dev.regrow.gateway.server.Request;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Reads bodies whole, up to 1 MiB and for at most ten seconds. More than that is read and thrown
 * away, up to a bound, so that the client gets to read why.
 */
final class BodyReader {

  static final int BYTES_MAX = 1 << 20;

  /** What is read and judged in less time than it takes to wake another thread for it. */
  private static final int PROMPT_BYTES_MAX = 64 << 10;

  private final Executor workers;
  private final Duration patience;

  /**
   * @param workers what is large is dealt with here, so that nobody else's request waits for it
   */
  BodyReader(Executor workers, Duration patience) {
    this.workers = workers;
    this.patience = patience;
  }

  /**
   * The body of that request, once.
   *
   * @param prompt whether what is small may be dealt with by the thread that reads it
   */
  CompletionStage<Body> read(Request request, boolean prompt) {
    var encoding = request.header("Content-Encoding");
    if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
      throw HttpProblem.of(
          415,
          "unsupported-media-type",
          "Content-Encoding " + encoding + " is not read; send it plain");
    }
    var sent = request.header("Content-Type");
    var contentType = sent == null ? "" : sent;
    var format = Negotiation.ofBody(contentType);
    return whole(request, BYTES_MAX, "1 MiB, which no manifest needs to be")
        .thenCompose(
            bytes ->
                elsewhere(
                    new Body(format, contentType, bytes),
                    prompt && bytes.length <= PROMPT_BYTES_MAX));
  }

  /** As it is, whatever its type. */
  CompletionStage<byte[]> bytes(Request request, int most) {
    return whole(request, most, (most >> 20) + " MiB").thenCompose(all -> elsewhere(all, false));
  }

  private <T> CompletionStage<T> elsewhere(T read, boolean here) {
    return here
        ? CompletableFuture.completedFuture(read)
        : CompletableFuture.supplyAsync(() -> read, workers);
  }

  private CompletionStage<byte[]> whole(Request request, int most, String limit) {
    return request
        .body()
        .read(most, patience)
        .handle(
            (bytes, failure) -> {
              if (failure != null) {
                throw problem(Failures.unwrap(failure), limit);
              }
              return bytes;
            });
  }

  private HttpProblem problem(@Nullable Throwable failure, String limit) {
    if (!(failure instanceof BodyRefused refused)) {
      throw new IllegalStateException("a body fails in one of three ways", failure);
    }
    return switch (refused.kind()) {
      case TOO_LARGE -> HttpProblem.of(413, "too-large", "the body is larger than " + limit);
      case TOO_SLOW ->
          HttpProblem.of(
              408, "too-slow", "the body did not arrive within " + patience.toSeconds() + " s");
      case BROKEN -> HttpProblem.malformed("the body is broken off or not chunked as it says");
    };
  }
}
