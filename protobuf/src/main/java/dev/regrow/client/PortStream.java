package dev.regrow.client;

import dev.regrow.client.http.WebSocket;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** A TCP connection to a port of an instance, by way of the cluster. */
public final class PortStream implements AutoCloseable {

  private static final byte DATA = 0;
  private static final byte CLOSE = (byte) 255;
  private static final int BYTES = 16 << 10;

  private final WebSocket socket;

  PortStream(WebSocket socket) {
    this.socket = socket;
  }

  static String target(String namespace, String instance, int port) {
    var path =
        "/v1/namespaces/"
            + Uris.segment(namespace)
            + "/instances/"
            + Uris.segment(instance)
            + "/portforward";
    return Uris.with(path, "port", Integer.toString(port));
  }

  /** Sends all that is read, and then that no more comes. Blocks. */
  public void send(InputStream from) throws IOException {
    var buffer = new byte[BYTES];
    for (int n = from.read(buffer, 1, BYTES - 1); n > 0; n = from.read(buffer, 1, BYTES - 1)) {
      buffer[0] = DATA;
      socket.send(java.util.Arrays.copyOf(buffer, n + 1));
    }
    socket.send(new byte[] {CLOSE, DATA});
  }

  /**
   * Writes all that comes, until no more does. Blocks.
   *
   * @throws IOException also if the connection broke
   */
  public void receive(OutputStream to) throws IOException {
    for (var message = socket.receive(); message != null; message = socket.receive()) {
      if (message.length > 1 && message[0] == DATA) {
        to.write(message, 1, message.length - 1);
        to.flush();
      } else if (message.length == 2 && message[0] == CLOSE && message[1] == DATA) {
        return;
      }
    }
  }

  /** Ends both halves; from another thread it wakes up whoever receives. */
  public void breakOff() {
    socket.close();
  }

  @Override
  public void close() {
    breakOff();
  }
}
