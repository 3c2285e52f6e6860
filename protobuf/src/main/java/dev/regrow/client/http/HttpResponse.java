package dev.regrow.client.http;

import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The head of an answer, and its body as it comes in. Close it, or read its body to the end. */
public final class HttpResponse implements AutoCloseable {

  private final int status;
  private final Map<String, String> headers;
  private final InputStream body;
  private final AutoCloseable connection;

  HttpResponse(
      int status, Map<String, String> headers, InputStream body, AutoCloseable connection) {
    this.status = status;
    this.headers = headers;
    this.body = body;
    this.connection = connection;
  }

  public int status() {
    return status;
  }

  /** The last value of a header, null if there is none. */
  public @Nullable String header(String name) {
    return headers.get(name.toLowerCase(Locale.ROOT));
  }

  public InputStream body() {
    return body;
  }

  /**
   * The whole body.
   *
   * @throws IOException also when it is larger than {@code limit} bytes
   */
  public byte[] bytes(int limit) throws IOException {
    var bytes = body.readNBytes(limit);
    if (bytes.length == limit && body.read() != -1) {
      throw new IOException("the answer is larger than " + limit + " bytes");
    }
    return bytes;
  }

  /** Ends the exchange; from another thread it wakes up whoever reads the body. */
  @Override
  public void close() {
    try {
      connection.close();
    } catch (Exception e) {
      throw new IllegalStateException("a connection of our own does not close", e);
    }
  }
}
