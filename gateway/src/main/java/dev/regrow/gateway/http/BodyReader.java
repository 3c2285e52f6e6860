package dev.regrow.gateway.http;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.http.javadsl.model.HttpEntity;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.scaladsl.model.EntityStreamSizeException;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.util.ByteString;
import org.apache.pekko.util.ByteStringBuilder;

/**
 * Reads bodies whole, up to 1 MiB and for at most ten seconds. More than that is read and thrown
 * away, up to a bound, so that the client gets to read why.
 */
final class BodyReader {

  static final int BYTES_MAX = 1 << 20;
  private static final long DISCARDED_MAX = 16L << 20;

  private final Materializer materializer;
  private final Duration patience;

  BodyReader(Materializer materializer, Duration patience) {
    this.materializer = materializer;
    this.patience = patience;
  }

  Incoming of(HttpRequest request) {
    return new Incoming(request);
  }

  /** The body of one request, which can be read once. */
  final class Incoming {
    private final HttpRequest request;
    private volatile boolean taken;

    private Incoming(HttpRequest request) {
      this.request = request;
    }

    CompletionStage<Body> read() {
      var body = BodyReader.this.read(request);
      taken = true;
      return body;
    }

    /** As it is, whatever its type. */
    CompletionStage<byte[]> bytes(int most) {
      taken = true;
      return request
          .entity()
          .withSizeLimit(most)
          .getDataBytes()
          .runFold(ByteString.emptyByteString(), ByteString::concat, materializer)
          .toCompletableFuture()
          .orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS)
          .handle(
              (whole, failure) -> {
                if (failure == null) {
                  return whole.toArray();
                }
                throw Failures.unwrap(failure) instanceof EntityStreamSizeException
                    ? HttpProblem.of(
                        413, "too-large", "the body is larger than %d MiB".formatted(most >> 20))
                    : problem(Failures.unwrap(failure));
              });
    }

    /** Reads on, up to a bound, if nobody wanted it: so that the connection can be used again. */
    void discard() {
      if (!taken && !request.entity().isStrict()) {
        request.entity().withSizeLimit(DISCARDED_MAX).discardBytes(materializer);
      }
    }
  }

  private CompletionStage<Body> read(HttpRequest request) {
    var encoding = request.getHeader("Content-Encoding").map(HttpHeader::value).orElse("identity");
    if (!encoding.equalsIgnoreCase("identity")) {
      throw HttpProblem.of(
          415,
          "unsupported-media-type",
          "Content-Encoding " + encoding + " is not read; send it plain");
    }
    var contentType = contentType(request);
    if (request.entity() instanceof HttpEntity.Strict whole) {
      return CompletableFuture.completedFuture(body(contentType, whole.getData()));
    }
    return request
        .entity()
        .withoutSizeLimit()
        .getDataBytes()
        .runFold(new Collected(), Collected::and, materializer)
        .toCompletableFuture()
        .orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS)
        .handle(
            (collected, failure) -> {
              if (failure != null) {
                throw problem(Failures.unwrap(failure));
              }
              return body(contentType, collected.whole());
            });
  }

  private static Body body(String contentType, ByteString whole) {
    if (whole.size() > BYTES_MAX) {
      throw tooLarge();
    }
    return new Body(Negotiation.ofBody(contentType), contentType, whole.toArray());
  }

  private static String contentType(HttpRequest request) {
    var type = request.entity().getContentType();
    return type.toString().equals("none/none") ? "" : type.toString();
  }

  private HttpProblem problem(Throwable failure) {
    if (failure instanceof HttpProblem problem) {
      return problem;
    }
    if (failure instanceof TimeoutException) {
      return HttpProblem.of(
          408, "too-slow", "the body did not arrive within " + patience.toSeconds() + " s");
    }
    return HttpProblem.malformed("the body is broken off or not chunked as it says");
  }

  private static HttpProblem tooLarge() {
    return HttpProblem.of(
        413, "too-large", "the body is larger than 1 MiB, which no manifest needs to be");
  }

  private static final class Collected {
    private final ByteStringBuilder bytes = new ByteStringBuilder();
    private long size;

    Collected and(ByteString chunk) {
      size += chunk.size();
      if (size > DISCARDED_MAX) {
        throw tooLarge();
      }
      if (size <= BYTES_MAX) {
        bytes.append(chunk);
      }
      return this;
    }

    ByteString whole() {
      if (size > BYTES_MAX) {
        throw tooLarge();
      }
      return bytes.result();
    }
  }
}
