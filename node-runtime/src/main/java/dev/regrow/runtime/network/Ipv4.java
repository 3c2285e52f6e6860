package dev.regrow.runtime.network;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * An address of IPv4.
 *
 * @param bits in the order in which it is written
 */
record Ipv4(int bits) implements Comparable<Ipv4> {

  private static final Pattern TEXT =
      Pattern.compile("(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})");
  private static final int OCTET_MAX = 255;
  private static final int LOOPBACK = 127;

  static Optional<Ipv4> parse(String text) {
    var matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    int bits = 0;
    for (int i = 1; i <= 4; i++) {
      int octet = Integer.parseInt(matcher.group(i));
      if (octet > OCTET_MAX) {
        return Optional.empty();
      }
      bits = bits << 8 | octet;
    }
    return Optional.of(new Ipv4(bits));
  }

  Ipv4 plus(int distance) {
    return new Ipv4(bits + distance);
  }

  boolean isLoopback() {
    return bits >>> 24 == LOOPBACK;
  }

  boolean isAny() {
    return bits == 0;
  }

  byte[] bytes() {
    return new byte[] {
      (byte) (bits >>> 24), (byte) (bits >>> 16), (byte) (bits >>> 8), (byte) bits
    };
  }

  @Override
  public int compareTo(Ipv4 other) {
    return Integer.compareUnsigned(bits, other.bits);
  }

  @Override
  public String toString() {
    return "%d.%d.%d.%d".formatted(bits >>> 24, bits >>> 16 & 0xff, bits >>> 8 & 0xff, bits & 0xff);
  }
}
