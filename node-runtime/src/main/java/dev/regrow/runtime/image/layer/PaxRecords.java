package dev.regrow.runtime.image.layer;

import dev.regrow.runtime.image.BadImage;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a pax extended header says of the entry after it (POSIX pax): length, key and value in each
 * record. Extended attributes are left out: layers give none to files. Pure.
 */
final class PaxRecords {

  private static final Map<String, Integer> WANTED =
      Map.of("path", 4096, "linkpath", 4096, "size", 20, "uid", 20, "gid", 20, "mtime", 40);

  private final Map<String, byte[]> values = new HashMap<>();

  static PaxRecords parse(byte[] bytes) {
    var records = new PaxRecords();
    int at = 0;
    while (at < bytes.length) {
      at = records.one(bytes, at);
    }
    return records;
  }

  /** The place after it. */
  private int one(byte[] bytes, int at) {
    int digits = at;
    int length = 0;
    while (digits < bytes.length && bytes[digits] >= '0' && bytes[digits] <= '9') {
      length = length * 10 + (bytes[digits++] - '0');
      if (length > bytes.length) {
        throw broken();
      }
    }
    int end = at + length;
    if (digits == at
        || digits >= bytes.length
        || bytes[digits] != ' '
        || end > bytes.length
        || end <= digits + 1
        || bytes[end - 1] != '\n') {
      throw broken();
    }
    int equals = digits + 1;
    while (equals < end && bytes[equals] != '=') {
      equals++;
    }
    if (equals >= end) {
      throw broken();
    }
    var key = new String(bytes, digits + 1, equals - digits - 1, StandardCharsets.UTF_8);
    if (key.startsWith("GNU.sparse.")) {
      throw new BadImage("the layer has a sparse file; write it without tar's --sparse");
    }
    var longest = WANTED.get(key);
    if (longest != null) {
      var value = Arrays.copyOfRange(bytes, equals + 1, end - 1);
      if (value.length > longest) {
        throw new BadImage("a pax header's " + key + " has more than " + longest + " bytes");
      }
      values.put(key, value);
    }
    return end;
  }

  byte @Nullable [] bytes(String key) {
    return values.get(key);
  }

  /** A whole number; fractions of mtime are cut. */
  long number(String key, long otherwise) {
    var value = values.get(key);
    if (value == null || value.length == 0) {
      return otherwise;
    }
    var text = new String(value, StandardCharsets.US_ASCII);
    if (key.equals("mtime")) {
      text = text.replaceFirst("\\..*", "");
    }
    boolean plain = text.matches(key.equals("mtime") ? "-?[0-9]{1,18}" : "[0-9]{1,18}");
    if (!plain) {
      throw new BadImage("a pax header's " + key + " is no number");
    }
    return Long.parseLong(text);
  }

  private static BadImage broken() {
    return new BadImage("a pax header is malformed");
  }
}
