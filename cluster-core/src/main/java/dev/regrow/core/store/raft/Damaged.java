package dev.regrow.core.store.raft;

import java.io.IOException;

/** Stored bytes are not what was written. The message names the file and the fix. */
public final class Damaged extends IOException {

  private static final long serialVersionUID = 1L;

  Damaged(String message) {
    super(message);
  }
}
