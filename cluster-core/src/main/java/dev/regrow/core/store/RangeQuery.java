package dev.regrow.core.store;

/**
 * Asks for the keys from {@code from} (inclusive) to {@code to} (exclusive), in order.
 *
 * @param limit at most so many entries; 1 or more
 * @param consistent read the newest acknowledged state, not just this replica's
 * @param minIndex wait (bounded) until this replica has applied this index; 0: do not wait
 */
public record RangeQuery(String from, String to, int limit, boolean consistent, long minIndex) {

  /** Everything below a prefix that ends in '/'. */
  public static RangeQuery prefix(String prefix) {
    return new RangeQuery(prefix, endOf(prefix), Integer.MAX_VALUE, false, 0);
  }

  /** One key. */
  public static RangeQuery key(String key) {
    return new RangeQuery(key, key + "\0", 1, false, 0);
  }

  /** The same, linearizable. */
  public RangeQuery linearizable() {
    return new RangeQuery(from, to, limit, true, minIndex);
  }

  /** The same, at least as new as {@code index}. */
  public RangeQuery atLeast(long index) {
    return new RangeQuery(from, to, limit, consistent, index);
  }

  /** The same, at most {@code limit} entries. */
  public RangeQuery limitedTo(int limit) {
    return new RangeQuery(from, to, limit, consistent, minIndex);
  }

  private static String endOf(String prefix) {
    int last = prefix.length() - 1;
    return prefix.substring(0, last) + (char) (prefix.charAt(last) + 1);
  }
}
