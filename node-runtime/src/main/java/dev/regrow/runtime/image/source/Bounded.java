package dev.regrow.runtime.image.source;

import dev.regrow.runtime.image.source.BodySink.Target;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/** Bodies that are small, or refused. */
final class Bounded {

  private Bounded() {}

  static Target into(ByteArrayOutputStream out, int max, String what) {
    return bytes -> {
      if (out.size() + bytes.remaining() > max) {
        throw new IOException(what + " has more than " + max + " bytes");
      }
      var part = new byte[bytes.remaining()];
      bytes.get(part);
      out.writeBytes(part);
    };
  }
}
