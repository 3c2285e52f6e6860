package dev.regrow.core.model;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.OptionalInt;

/**
 * Ports of a machine that only one may have at a time. Immutable; each is a number: the port, and
 * 65,536 more for UDP.
 */
public final class Ports {

  public static final Ports NONE = new Ports(new int[0]);

  private static final int UDP = 1 << 16;

  /** Sorted, each once. */
  private final int[] codes;

  private Ports(int[] codes) {
    this.codes = codes;
  }

  /**
   * @param codes as {@link #codes()} gives them; what is no port is left out
   */
  public static Ports of(Collection<Integer> codes) {
    var sorted =
        codes.stream()
            .mapToInt(Integer::intValue)
            .filter(code -> code > 0 && code < 2 * UDP)
            .sorted()
            .distinct()
            .toArray();
    return sorted.length == 0 ? NONE : new Ports(sorted);
  }

  public static int code(int port, boolean udp) {
    return udp ? port + UDP : port;
  }

  public List<Integer> codes() {
    return Arrays.stream(codes).boxed().toList();
  }

  public Ports plus(Ports more) {
    if (more.codes.length == 0) {
      return this;
    }
    if (codes.length == 0) {
      return more;
    }
    var all = Arrays.copyOf(codes, codes.length + more.codes.length);
    System.arraycopy(more.codes, 0, all, codes.length, more.codes.length);
    return new Ports(Arrays.stream(all).sorted().distinct().toArray());
  }

  /** The smallest one that both have. */
  public OptionalInt common(Ports other) {
    for (int code : codes) {
      if (Arrays.binarySearch(other.codes, code) >= 0) {
        return OptionalInt.of(code);
      }
    }
    return OptionalInt.empty();
  }

  /** As {@code 8080/tcp}. */
  public static String words(int code) {
    return code < UDP ? code + "/tcp" : code - UDP + "/udp";
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Ports ports && Arrays.equals(codes, ports.codes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(codes);
  }

  @Override
  public String toString() {
    return Arrays.stream(codes).mapToObj(Ports::words).toList().toString();
  }
}
