package dev.regrow.client.http;

import dev.regrow.client.http.TransportException.Stage;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Sends requests over connections that are kept for the next one. Safe for many threads. */
public final class HttpTransport implements AutoCloseable {

  private static final Duration CONNECT_WITHIN = Duration.ofSeconds(3);
  private static final long KEEP_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final int IDLE_MAX = 16;
  private static final int KEY_BYTES = 16;
  private static final int SWITCHED = 101;

  private record Idle(HttpConnection connection, long since) {}

  private final Tls tls;
  private final ConcurrentLinkedDeque<Idle> idle = new ConcurrentLinkedDeque<>();

  /**
   * @param caPem the certificates to trust for TLS, PEM, or {@code sha256:HEX} of one; "" for the
   *     JDK's own
   */
  public HttpTransport(String caPem) {
    this.tls = new Tls(caPem);
  }

  /**
   * One exchange, whose body is read within the same time.
   *
   * @throws TransportException when no complete head of an answer came
   */
  public HttpResponse exchange(Endpoint endpoint, HttpRequest request, Duration within)
      throws TransportException {
    return attempt(endpoint, request, within, null);
  }

  /**
   * As {@link #exchange}, but once the head is here the body may go on for ever, unless it is
   * silent for {@code silence}.
   */
  public HttpResponse stream(
      Endpoint endpoint, HttpRequest request, Duration within, Duration silence)
      throws TransportException {
    return attempt(endpoint, request, within, silence);
  }

  /**
   * What became of the wish for a WebSocket.
   *
   * @param refused the answer, if there is none
   */
  public record Upgrade(@Nullable WebSocket socket, @Nullable HttpResponse refused) {}

  /**
   * Asks for a WebSocket.
   *
   * @param silence it is taken for broken when nothing came for so long
   * @throws TransportException when no complete head of an answer came
   */
  public Upgrade upgrade(
      Endpoint endpoint, HttpRequest request, String protocol, Duration within, Duration silence)
      throws TransportException {
    var key = new byte[KEY_BYTES];
    new SecureRandom().nextBytes(key);
    var headers = new LinkedHashMap<>(request.headers());
    headers.put("Connection", "Upgrade");
    headers.put("Upgrade", "websocket");
    headers.put("Sec-WebSocket-Version", "13");
    headers.put("Sec-WebSocket-Key", Base64.getEncoder().encodeToString(key));
    headers.put("Sec-WebSocket-Protocol", protocol);
    var connection = connect(endpoint, within);
    var asked = new HttpRequest(request.method(), request.target(), headers, request.body());
    var response = over(connection, asked, within, silence);
    if (response.status() != SWITCHED) {
      return new Upgrade(null, response);
    }
    try {
      return new Upgrade(connection.switched(), null);
    } catch (IOException e) {
      connection.close();
      throw new TransportException(Stage.SENT, endpoint + " broke off: " + e.getMessage(), e);
    }
  }

  private HttpResponse attempt(
      Endpoint endpoint, HttpRequest request, Duration within, @Nullable Duration silence)
      throws TransportException {
    var reused = request.method().equals("GET") ? takeIdle(endpoint) : null;
    if (reused != null) {
      try {
        return over(reused, request, within, silence);
      } catch (TransportException e) {
        if (e.stage() == Stage.TIMED_OUT) {
          throw e;
        }
        // Closed by the other side while it lay idle, as far as we know: a fresh one tells.
      }
    }
    return over(connect(endpoint, within), request, within, silence);
  }

  private HttpResponse over(
      HttpConnection connection, HttpRequest request, Duration within, @Nullable Duration silence)
      throws TransportException {
    try {
      connection.mustEndWithin(within);
      connection.send(request);
      var response = connection.receive(() -> keep(connection));
      if (silence != null) {
        connection.silenceAtMost(silence);
      }
      return response;
    } catch (SocketTimeoutException e) {
      connection.close();
      throw new TransportException(
          Stage.TIMED_OUT,
          connection.endpoint() + " did not answer within " + within.toMillis() + " ms",
          e);
    } catch (IOException e) {
      connection.close();
      throw new TransportException(
          Stage.SENT,
          connection.endpoint() + " broke off before it answered: " + e.getMessage(),
          e);
    }
  }

  private HttpConnection connect(Endpoint endpoint, Duration within) throws TransportException {
    var limit = within.compareTo(CONNECT_WITHIN) < 0 ? within : CONNECT_WITHIN;
    var socket = new Socket();
    try {
      var address = new InetSocketAddress(endpoint.host(), endpoint.port());
      if (address.isUnresolved()) {
        throw new UnknownHostException("no address is known for the name " + endpoint.host());
      }
      socket.connect(address, (int) Math.max(1, limit.toMillis()));
      socket.setTcpNoDelay(true);
      socket.setSoTimeout((int) Math.max(1, limit.toMillis()));
      return new HttpConnection(endpoint, endpoint.secure() ? tls.over(socket, endpoint) : socket);
    } catch (IOException e) {
      closeQuietly(socket);
      throw new TransportException(
          Stage.CONNECTING, endpoint + " cannot be reached: " + e.getMessage(), e);
    }
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // The failure that led here is the one worth telling.
      return;
    }
  }

  private @Nullable HttpConnection takeIdle(Endpoint endpoint) {
    for (Iterator<Idle> each = idle.iterator(); each.hasNext(); ) {
      var next = each.next();
      boolean stale = System.nanoTime() - next.since() > KEEP_NANOS;
      if ((stale || next.connection().endpoint().equals(endpoint)) && idle.remove(next)) {
        if (!stale) {
          return next.connection();
        }
        next.connection().close();
      }
    }
    return null;
  }

  private void keep(HttpConnection connection) {
    if (idle.size() >= IDLE_MAX) {
      connection.close();
      return;
    }
    idle.addFirst(new Idle(connection, System.nanoTime()));
  }

  /** Closes the connections that lie idle. */
  @Override
  public void close() {
    for (var next = idle.poll(); next != null; next = idle.poll()) {
      next.connection().close();
    }
  }
}
