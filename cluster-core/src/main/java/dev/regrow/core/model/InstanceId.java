package dev.regrow.core.model;

import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/** Names one instance for good: {@code web-2-k3f9q}; an RFC 1123 label of at most 63 characters. */
public record InstanceId(String value) implements Comparable<InstanceId> {

  private static final String ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
  private static final int LABEL_MAX = 63;
  private static final int SUFFIX_BITS = 25;

  /** Odd, so that multiplying by it permutes the 25-bit numbers: no id comes twice. */
  private static final long SPREAD = 0x9E3779B1L;

  /**
   * The id of the {@code count}-th instance that a workload ever had; different for each of 2^25
   * counts.
   */
  public static InstanceId of(String workload, String uid, int slot, long count) {
    var suffix = suffix(uid, count);
    var tail = "-" + slot + "-" + suffix;
    var room = LABEL_MAX - tail.length();
    if (workload.length() <= room) {
      return new InstanceId(workload + tail);
    }
    // Two long names may share their beginning: the hash of the whole keeps them apart.
    var longTail = "-" + base32(hash(workload), 5) + tail;
    return new InstanceId(workload.substring(0, LABEL_MAX - longTail.length()) + longTail);
  }

  private static String suffix(String uid, long count) {
    return base32(count * SPREAD + hash(uid), SUFFIX_BITS / 5);
  }

  private static long hash(String text) {
    var crc = new CRC32();
    crc.update(text.getBytes(StandardCharsets.UTF_8));
    return crc.getValue();
  }

  private static String base32(long number, int digits) {
    var text = new StringBuilder(digits);
    for (int digit = digits - 1; digit >= 0; digit--) {
      text.append(ALPHABET.charAt((int) (number >>> (5 * digit)) & 31));
    }
    return text.toString();
  }

  @Override
  public int compareTo(InstanceId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
