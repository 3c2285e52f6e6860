package dev.regrow.runtime.network;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Addresses that have their first bits in common.
 *
 * @param first the lowest
 * @param length how many bits, 0..32
 */
record Subnet(Ipv4 first, int length) {

  Subnet {
    first = new Ipv4(first.bits() & mask(length));
  }

  private static int mask(int length) {
    return length == 0 ? 0 : -1 << (32 - length);
  }

  /** As 10.210.4.0/22. */
  static Optional<Subnet> parse(String text) {
    int slash = text.indexOf('/');
    if (slash < 0 || !text.substring(slash + 1).matches("\\d{1,2}")) {
      return Optional.empty();
    }
    int length = Integer.parseInt(text.substring(slash + 1));
    return length > 32
        ? Optional.empty()
        : Ipv4.parse(text.substring(0, slash)).map(first -> new Subnet(first, length));
  }

  /** The routes of this machine but the default one, from the text of /proc/net/route. */
  static List<Subnet> routes(String procNetRoute) {
    var routes = new ArrayList<Subnet>();
    procNetRoute
        .lines()
        .skip(1)
        .map(line -> line.trim().split("\\s+", -1))
        .filter(fields -> fields.length >= 8 && !fields[7].equals("00000000"))
        .forEach(
            fields ->
                routes.add(
                    new Subnet(
                        littleEndian(fields[1]),
                        Integer.bitCount(littleEndian(fields[7]).bits()))));
    return routes;
  }

  private static Ipv4 littleEndian(String hex) {
    return new Ipv4(Integer.reverseBytes(Integer.parseUnsignedInt(hex, 16)));
  }

  boolean overlaps(Subnet other) {
    int shorter = Math.min(length, other.length);
    return (first.bits() & mask(shorter)) == (other.first.bits() & mask(shorter));
  }

  boolean contains(Ipv4 address) {
    return overlaps(new Subnet(address, 32));
  }

  /** How many addresses. */
  int size() {
    return length == 0 ? Integer.MAX_VALUE : length == 1 ? Integer.MAX_VALUE : 1 << (32 - length);
  }

  /** Of the bridge itself. */
  Ipv4 gateway() {
    return first.plus(1);
  }

  @Override
  public String toString() {
    return first + "/" + length;
  }
}
