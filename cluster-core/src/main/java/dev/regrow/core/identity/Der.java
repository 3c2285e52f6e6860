package dev.regrow.core.identity;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** The few ASN.1 values that a certificate is made of, in DER (ITU-T X.690). */
final class Der {

  private static final DateTimeFormatter GENERALIZED_TIME =
      DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter UTC_TIME =
      DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);

  private Der() {}

  static byte[] sequence(byte[]... parts) {
    return tagged(0x30, join(parts));
  }

  static byte[] set(byte[]... parts) {
    return tagged(0x31, join(parts));
  }

  static byte[] integer(byte[] twosComplement) {
    return tagged(0x02, twosComplement);
  }

  static byte[] trueValue() {
    return tagged(0x01, new byte[] {(byte) 0xff});
  }

  static byte[] octets(byte[] content) {
    return tagged(0x04, content);
  }

  /** Whole bytes of bits, of which the last {@code unused} do not count. */
  static byte[] bits(int unused, byte[] content) {
    return tagged(0x03, join(new byte[] {(byte) unused}, content));
  }

  static byte[] utf8(String text) {
    return tagged(0x0c, text.getBytes(StandardCharsets.UTF_8));
  }

  /** RFC 5280, 4.1.2.5: two digits of the year until 2049, four from then on. */
  static byte[] time(Instant time) {
    boolean late = time.atOffset(ZoneOffset.UTC).getYear() >= 2050;
    String text = (late ? GENERALIZED_TIME : UTC_TIME).format(time);
    return tagged(late ? 0x18 : 0x17, text.getBytes(StandardCharsets.US_ASCII));
  }

  /** An object identifier in its dotted form. */
  static byte[] oid(String dotted) {
    String[] arcs = dotted.split("\\.", -1);
    var out = new ByteArrayOutputStream();
    out.write(Integer.parseInt(arcs[0]) * 40 + Integer.parseInt(arcs[1]));
    for (int i = 2; i < arcs.length; i++) {
      base128(out, Long.parseLong(arcs[i]));
    }
    return tagged(0x06, out.toByteArray());
  }

  private static void base128(ByteArrayOutputStream out, long value) {
    for (int shift = 56; shift > 0; shift -= 7) {
      if (value >>> shift != 0) {
        out.write((int) (0x80 | ((value >>> shift) & 0x7f)));
      }
    }
    out.write((int) (value & 0x7f));
  }

  static byte[] tagged(int tag, byte[] content) {
    var out = new ByteArrayOutputStream();
    out.write(tag);
    length(out, content.length);
    out.writeBytes(content);
    return out.toByteArray();
  }

  private static void length(ByteArrayOutputStream out, int length) {
    if (length < 0x80) {
      out.write(length);
      return;
    }
    int bytes = (32 - Integer.numberOfLeadingZeros(length) + 7) / 8;
    out.write(0x80 | bytes);
    for (int i = bytes - 1; i >= 0; i--) {
      out.write(length >>> (8 * i));
    }
  }

  static byte[] join(byte[]... parts) {
    var out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }
}
