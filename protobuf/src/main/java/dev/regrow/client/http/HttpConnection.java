package dev.regrow.client.http;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** One connection: one exchange at a time. */
final class HttpConnection implements AutoCloseable {

  private static final int SWITCHED = 101;

  private final Endpoint endpoint;
  private final Socket socket;
  private final InputStream in;

  /** When the exchange must be over (nanoTime); 0: each read may take {@code silenceMillis}. */
  private long deadline;

  private int silenceMillis;

  HttpConnection(Endpoint endpoint, Socket socket) throws IOException {
    this.endpoint = endpoint;
    this.socket = socket;
    this.in = new BufferedInputStream(new Timed(socket.getInputStream()));
  }

  Endpoint endpoint() {
    return endpoint;
  }

  /** The whole exchange must end within {@code limit}. */
  void mustEndWithin(Duration limit) {
    deadline = System.nanoTime() + limit.toNanos();
  }

  /** From here on only silence of that length ends it: for streams. */
  void silenceAtMost(Duration silence) {
    deadline = 0;
    silenceMillis = (int) Math.min(Integer.MAX_VALUE, silence.toMillis());
  }

  void send(HttpRequest request) throws IOException {
    socket.getOutputStream().write(request.encode(endpoint));
  }

  /**
   * Reads the head.
   *
   * @param whenDone runs when the body was read to its end and the connection may be used again
   */
  HttpResponse receive(Runnable whenDone) throws IOException {
    int status = HeadReader.status(HeadReader.line(in));
    var headers = HeadReader.headers(in);
    while (status / 100 == 1 && status != SWITCHED) {
      status = HeadReader.status(HeadReader.line(in));
      headers = HeadReader.headers(in);
    }
    boolean keep = !"close".equalsIgnoreCase(headers.getOrDefault("connection", ""));
    var lease = new Lease(keep ? whenDone : this::close);
    return new HttpResponse(status, headers, body(status, headers, lease::end), lease);
  }

  /** What it is once both sides have switched. */
  WebSocket switched() throws IOException {
    return new WebSocket(in, socket.getOutputStream(), this);
  }

  /** What one response holds of the connection: nothing any more once its body was read. */
  private final class Lease implements AutoCloseable {
    private final Runnable whenDone;
    private final AtomicBoolean over = new AtomicBoolean();

    Lease(Runnable whenDone) {
      this.whenDone = whenDone;
    }

    void end() {
      if (!over.getAndSet(true)) {
        whenDone.run();
      }
    }

    @Override
    public void close() {
      if (!over.getAndSet(true)) {
        HttpConnection.this.close();
      }
    }
  }

  private InputStream body(int status, Map<String, String> headers, Runnable atEnd)
      throws IOException {
    if ("chunked".equalsIgnoreCase(headers.getOrDefault("transfer-encoding", ""))) {
      return Bodies.chunked(in, atEnd);
    }
    @Nullable String length = headers.get("content-length");
    if (status == 204 || status == 304) {
      return Bodies.ofLength(in, 0, atEnd);
    }
    if (length == null || status == SWITCHED) {
      return in; // Ends with the connection.
    }
    try {
      return Bodies.ofLength(in, Long.parseLong(length), atEnd);
    } catch (NumberFormatException e) {
      throw new IOException("the answer is not HTTP: Content-Length \"" + length + "\"", e);
    }
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      // A socket that does not close properly is gone all the same.
      return;
    }
  }

  /** Gives each read what is left of the time. */
  private final class Timed extends InputStream {
    private final InputStream source;

    Timed(InputStream source) {
      this.source = source;
    }

    @Override
    public int read() throws IOException {
      throw new UnsupportedOperationException("only ever read through a buffer");
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      socket.setSoTimeout(millisLeft());
      return source.read(into, offset, length);
    }

    @Override
    public int available() throws IOException {
      return source.available();
    }

    private int millisLeft() throws SocketTimeoutException {
      if (deadline == 0) {
        return silenceMillis;
      }
      long left = (deadline - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        throw new SocketTimeoutException("the time for the answer is over");
      }
      return (int) Math.min(Integer.MAX_VALUE, left);
    }
  }
}
