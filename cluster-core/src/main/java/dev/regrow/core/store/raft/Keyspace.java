package dev.regrow.core.store.raft;

import dev.regrow.core.store.Entry;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.StoreState;
import dev.regrow.core.store.Txn;

/** What a transaction may name, and whether it makes the data grow. */
final class Keyspace {

  private static final int KEY_LENGTH_MAX = 1024;

  /** A tombstone or a counter may be set while space is scarce: it is how space is made. */
  private static final int GROWTH_BYTES = 64;

  private Keyspace() {}

  /**
   * Refuses keys that are not printable ASCII: their order as strings would not be that of their
   * bytes.
   */
  static void check(Txn txn) {
    txn.conditions().forEach(condition -> check(condition.key()));
    txn.writes().forEach(write -> check(write.key()));
  }

  private static void check(String key) {
    if (key.isEmpty() || key.length() > KEY_LENGTH_MAX || !isPrintable(key)) {
      throw new IllegalArgumentException(
          "a key has 1 to %d characters of printable ASCII, unlike '%s'"
              .formatted(KEY_LENGTH_MAX, key));
    }
  }

  private static boolean isPrintable(String key) {
    for (int i = 0; i < key.length(); i++) {
      if (key.charAt(i) < 0x20 || key.charAt(i) >= 0x7f) {
        return false;
      }
    }
    return true;
  }

  /** No new key, and no value that is notably larger than the one it replaces. */
  static boolean shrinks(Txn txn, StoreState state) {
    for (Txn.Write write : txn.writes()) {
      if (write instanceof Txn.Write.Put put) {
        var found = state.range(RangeQuery.key(put.key())).entries();
        if (found.isEmpty() || put.value().size() > sizeOf(found.get(0)) + GROWTH_BYTES) {
          return false;
        }
      }
    }
    return true;
  }

  private static int sizeOf(Entry entry) {
    return entry.value().size();
  }
}
