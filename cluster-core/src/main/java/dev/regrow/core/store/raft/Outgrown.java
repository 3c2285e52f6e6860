package dev.regrow.core.store.raft;

import java.io.IOException;

/** What is stored can only be read by a newer release. The message names what and the fix. */
final class Outgrown extends IOException {

  private static final long serialVersionUID = 1L;

  Outgrown(String message) {
    super(message);
  }
}
