package dev.regrow.runtime.image.source;

import java.io.IOException;

/** It came too slowly; to go on at once would keep the place from others. */
final class TooSlow extends IOException {

  private static final long serialVersionUID = 1L;

  TooSlow(String message) {
    super(message);
  }
}
