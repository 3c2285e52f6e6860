package dev.regrow.runtime.image.source;

import dev.regrow.runtime.RuntimeFailure;
import dev.regrow.runtime.image.source.BodySink.Target;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Asks by HTTP: TLS, or plain on this machine; redirected a few times at most, and then without
 * what authorised the first request; never waiting without an end. Thread-safe.
 */
final class RegistryHttp {

  private static final int REDIRECTS_MAX = 5;
  private static final int ERROR_BYTES_MAX = 16 << 10;
  private static final Duration CONNECT = Duration.ofSeconds(10);

  private final HttpClient client;
  private final Duration silence;
  private final LeastRate least;

  /**
   * @param silence how long an answer, or a part of it, may take
   * @param least how fast all of it must come
   * @param tls null: what the JDK trusts
   */
  RegistryHttp(Duration silence, LeastRate least, @Nullable SSLContext tls) {
    this.silence = silence;
    this.least = least;
    var builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(CONNECT.compareTo(silence) < 0 ? CONNECT : silence);
    this.client = (tls == null ? builder : builder.sslContext(tls)).build();
  }

  /**
   * An answer whose body went to the target, if it was of status 200 or 206.
   *
   * @param error what another body says, as far as it is one of a registry
   */
  record Answer(URI uri, int status, HttpHeaders headers, String error) {
    String header(String name) {
      return headers.firstValue(name).orElse("");
    }
  }

  /** Told of status and headers before the first byte comes. */
  interface Receiver {
    Target begin(int status, HttpHeaders headers) throws IOException;
  }

  /**
   * GETs, following redirects; to this machine only those of who is on it.
   *
   * @param authorization sent to this origin only
   */
  Answer get(URI uri, @Nullable String authorization, Map<String, String> more, Receiver receiver)
      throws IOException {
    var from = uri;
    var at = uri;
    for (int hop = 0; hop <= REDIRECTS_MAX; hop++) {
      var objection = Hosts.objection(at, from);
      if (objection.isPresent()) {
        throw new RuntimeFailure(
            "%s is not asked: %s".formatted(withoutQuery(at), objection.get()), false);
      }
      var request = HttpRequest.newBuilder(at).timeout(silence).GET();
      more.forEach(request::header);
      if (authorization != null && Hosts.sameOrigin(uri, at)) {
        request.header("Authorization", authorization);
      }
      var answer = once(request.build(), receiver);
      boolean redirected =
          answer.status() >= 301 && answer.status() <= 308 && !answer.header("location").isEmpty();
      if (!redirected) {
        return answer;
      }
      from = at;
      at = target(from, answer.header("location"));
    }
    throw new RuntimeFailure(
        withoutQuery(uri) + " redirects more than " + REDIRECTS_MAX + " times", true);
  }

  private static URI target(URI from, String location) throws IOException {
    try {
      return from.resolve(location);
    } catch (IllegalArgumentException e) {
      throw new IOException(withoutQuery(from) + " redirects to no address", e);
    }
  }

  private Answer once(HttpRequest request, Receiver receiver) throws IOException {
    var sink = new AtomicReference<@Nullable BodySink>();
    var error = new ByteArrayOutputStream();
    var pending =
        client.sendAsync(
            request,
            info -> {
              var made = sink(info, receiver, error);
              sink.set(made);
              return made;
            });
    var response = await(request.uri(), pending, sink);
    return new Answer(
        request.uri(),
        response.statusCode(),
        response.headers(),
        ErrorBody.said(error.toByteArray()));
  }

  private static BodySink sink(
      HttpResponse.ResponseInfo info, Receiver receiver, ByteArrayOutputStream error) {
    boolean wanted = info.statusCode() == 200 || info.statusCode() == 206;
    if (!wanted) {
      return new BodySink(bytes -> begin(error, bytes));
    }
    try {
      return new BodySink(receiver.begin(info.statusCode(), info.headers()));
    } catch (IOException e) {
      return new BodySink(
          bytes -> {
            throw e;
          });
    }
  }

  private static void begin(ByteArrayOutputStream error, ByteBuffer bytes) {
    var part = new byte[Math.min(bytes.remaining(), ERROR_BYTES_MAX - error.size())];
    bytes.get(part);
    error.writeBytes(part);
  }

  private HttpResponse<Long> await(
      URI uri,
      CompletableFuture<HttpResponse<Long>> pending,
      AtomicReference<@Nullable BodySink> sink)
      throws IOException {
    var watch = least.from(System.nanoTime());
    while (true) {
      try {
        return pending.get(1, TimeUnit.SECONDS);
      } catch (TimeoutException e) {
        var body = sink.get(); // Before it, the request's own timeout counts.
        if (body == null) {
          watch = least.from(System.nanoTime());
        } else if (body.silentNanos() > silence.toNanos()) {
          cancel(body, pending);
          throw new IOException(
              withoutQuery(uri) + " sent nothing for " + silence.toSeconds() + " s", e);
        } else if (watch.isTooSlow(System.nanoTime(), body.count())) {
          cancel(body, pending);
          throw new TooSlow(
              "%s sends less than %s; the next pull goes on where it was"
                  .formatted(withoutQuery(uri), least));
        }
      } catch (ExecutionException e) {
        if (e.getCause() instanceof RuntimeException cause) {
          throw cause;
        }
        throw new IOException(withoutQuery(uri) + ": " + said(e.getCause()), e.getCause());
      } catch (InterruptedException e) {
        pending.cancel(true);
        Thread.currentThread().interrupt();
        throw new IOException("interrupted while reading " + withoutQuery(uri), e);
      }
    }
  }

  private static void cancel(BodySink body, CompletableFuture<?> pending) {
    body.cancel();
    pending.cancel(true);
  }

  private static String said(@Nullable Throwable failure) {
    if (failure == null) {
      return "failed";
    }
    if (failure.getMessage() == null && failure instanceof java.net.ConnectException) {
      return failure.getCause() instanceof java.nio.channels.UnresolvedAddressException
          ? "no address is known for the name"
          : "nobody listens there";
    }
    var name = failure.getClass().getSimpleName();
    return failure.getMessage() == null ? name : failure.getMessage();
  }

  /** Queries of redirects are often signatures: nothing for a log. */
  static String withoutQuery(URI uri) {
    return uri.getScheme() + "://" + uri.getRawAuthority() + uri.getRawPath();
  }
}
