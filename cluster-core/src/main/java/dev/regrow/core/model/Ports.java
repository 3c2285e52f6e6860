package dev.regrow.core.model;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.OptionalInt;

/**
 * Ports of a machine that only one may have at a time: one instance, or, of those that are
 * published, the instances of one workload. Immutable; each is a number: the port, 65,536 more for
 * UDP, and 131,072 more for one that is published.
 */
public final class Ports {

  public static final Ports NONE = new Ports(new int[0]);

  private static final int UDP = 1 << 16;
  private static final int SHARED = 1 << 17;

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
            .filter(code -> code > 0 && code < 2 * SHARED && code % UDP != 0)
            .sorted()
            .distinct()
            .toArray();
    return sorted.length == 0 ? NONE : new Ports(sorted);
  }

  public static int code(int port, boolean udp) {
    return udp ? port + UDP : port;
  }

  /** The same port, published: all instances of the workload share it. */
  public static int shared(int code) {
    return code | SHARED;
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
    return collision(other, false);
  }

  /**
   * The smallest one that is taken already.
   *
   * @param bySiblings whether those that are published may be taken by the same workload
   */
  public OptionalInt collision(Ports taken, boolean bySiblings) {
    for (int code : codes) {
      int port = code & ~SHARED;
      boolean free = bySiblings && code != port;
      if (taken.has(port) || (!free && taken.has(shared(port)))) {
        return OptionalInt.of(port);
      }
    }
    return OptionalInt.empty();
  }

  private boolean has(int code) {
    return Arrays.binarySearch(codes, code) >= 0;
  }

  /** Without those that are published. */
  public Ports unshared() {
    return of(codes().stream().filter(code -> code < SHARED).toList());
  }

  /** As {@code 8080/tcp}. */
  public static String words(int code) {
    int port = code & ~SHARED;
    return port < UDP ? port + "/tcp" : port - UDP + "/udp";
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
