package dev.regrow.runtime.network;

import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * Which addresses of a node's range are taken. The one that was given back last is given out again
 * last, so that nobody takes a new instance for an old one. Not thread-safe.
 */
final class Addresses {

  /** Where ranges are looked for: private, and used by no usual software. */
  private static final Subnet SPACE = new Subnet(new Ipv4(0x0ad00000), 12); // 10.208.0.0

  /** 1,021 instances. */
  private static final int LENGTH = 22;

  /** The network's own, and the bridge's. */
  private static final int FIRST = 2;

  private final Subnet range;
  private final BitSet taken = new BitSet();
  private int next = FIRST;

  Addresses(Subnet range) {
    this.range = range;
  }

  /**
   * A range of its own for a node.
   *
   * @param seed differs between nodes, so that those on one machine seldom ask for the same
   * @param routes of the machine
   * @return empty if each would collide with a route
   */
  static Optional<Subnet> choose(int seed, List<Subnet> routes) {
    int count = 1 << (LENGTH - SPACE.length());
    for (int i = 0; i < count; i++) {
      int index = Math.floorMod(seed + i, count);
      var range = new Subnet(SPACE.first().plus(index << (32 - LENGTH)), LENGTH);
      if (routes.stream().noneMatch(range::overlaps)) {
        return Optional.of(range);
      }
    }
    return Optional.empty();
  }

  Subnet range() {
    return range;
  }

  /** The last one is the broadcast's. */
  private int end() {
    return range.size() - 1;
  }

  /** Empty when all are taken. */
  Optional<Ipv4> take() {
    for (int i = 0; i < end() - FIRST; i++) {
      int index = FIRST + Math.floorMod(next - FIRST + i, end() - FIRST);
      if (!taken.get(index)) {
        taken.set(index);
        next = index + 1;
        return Optional.of(range.first().plus(index));
      }
    }
    return Optional.empty();
  }

  /** Takes one that somebody has already; false if it is not of this range or not free. */
  boolean take(Ipv4 address) {
    int index = indexOf(address);
    if (index < FIRST || index >= end() || taken.get(index)) {
      return false;
    }
    taken.set(index);
    return true;
  }

  /** Idempotent. */
  void giveBack(Ipv4 address) {
    if (range.contains(address)) {
      taken.clear(indexOf(address));
    }
  }

  /** Its place in the range; names the link that leads to it. */
  int indexOf(Ipv4 address) {
    return range.contains(address) ? address.bits() - range.first().bits() : -1;
  }
}
