package dev.regrow.client.http;

import dev.regrow.client.http.WebSocketFrames.Frame;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/** A connection that has become one. One thread reads; any may write. */
public final class WebSocket implements AutoCloseable {

  private static final byte[] WELL = {0x03, (byte) 0xe8};

  private final InputStream in;
  private final OutputStream out;
  private final AutoCloseable connection;
  private final SecureRandom random = new SecureRandom();

  WebSocket(InputStream in, OutputStream out, AutoCloseable connection) {
    this.in = in;
    this.out = out;
    this.connection = connection;
  }

  /** One binary message; blocks while the other end takes no more. */
  public void send(byte[] message) throws IOException {
    write(WebSocketFrames.BINARY, message);
  }

  private void write(int opcode, byte[] payload) throws IOException {
    synchronized (out) {
      out.write(WebSocketFrames.encode(opcode, payload, random.nextInt()));
      out.flush();
    }
  }

  /**
   * The next message.
   *
   * @return null: the other end has said all
   * @throws IOException also if it broke off
   */
  public byte @Nullable [] receive() throws IOException {
    var message = new ByteArrayOutputStream();
    while (true) {
      Frame frame = WebSocketFrames.read(in);
      switch (frame.opcode()) {
        case WebSocketFrames.PING -> write(WebSocketFrames.PONG, frame.payload());
        case WebSocketFrames.PONG -> {}
        case WebSocketFrames.CLOSE -> {
          closed(frame.payload());
          return null;
        }
        case WebSocketFrames.BINARY, WebSocketFrames.CONTINUATION -> {
          message.writeBytes(frame.payload());
          if (frame.last()) {
            return message.toByteArray();
          }
          if (message.size() > WebSocketFrames.PAYLOAD_MAX) {
            throw new IOException("a message of the server is too long");
          }
        }
        default -> throw new IOException("the server sent what is no message");
      }
    }
  }

  private static void closed(byte[] payload) throws IOException {
    int code = payload.length < 2 ? 1005 : ByteBuffer.wrap(payload).getShort() & 0xffff;
    if (code != 1000 && code != 1005) {
      throw new IOException("the server ended the connection with code " + code);
    }
  }

  /** From another thread it wakes up whoever reads. */
  @Override
  public void close() {
    try {
      write(WebSocketFrames.CLOSE, WELL);
    } catch (IOException e) {
      // It is being closed anyway.
    }
    try {
      connection.close();
    } catch (Exception e) {
      throw new IllegalStateException("a connection of our own does not close", e);
    }
  }
}
