package dev.regrow.client;

import dev.regrow.client.http.HttpResponse;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** Output as it was written. From another thread, {@link #close} ends a read that waits. */
public final class LogStream implements AutoCloseable {
  private final HttpResponse response;

  LogStream(HttpResponse response) {
    this.response = response;
  }

  /**
   * The bytes; it ends when the instance is gone, or at once after what is there unless it follows.
   */
  public InputStream bytes() {
    return response.body();
  }

  /** Everything, as text. */
  public String readAll() throws IOException {
    return new String(response.bytes(64 << 20), StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    response.close();
  }
}
