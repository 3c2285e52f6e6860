package dev.regrow.client.http;

import java.io.IOException;

/** No complete answer came. */
public final class TransportException extends IOException {
  private static final long serialVersionUID = 1;

  /** How far it got. */
  public enum Stage {
    /** No connection: the request was surely not seen. */
    CONNECTING,
    /** The request may have arrived, and may have been carried out. */
    SENT,
    /** As {@link #SENT}, and the time given was over. */
    TIMED_OUT
  }

  private final Stage stage;

  TransportException(Stage stage, String message, Throwable cause) {
    super(message, cause);
    this.stage = stage;
  }

  public Stage stage() {
    return stage;
  }
}
