package dev.regrow.core.store;

/**
 * A transaction and who asked for it, so that asking twice does it once.
 *
 * @param client random, one per process; 0: nobody in particular, and it is always done
 * @param number counts the client's calls from 1
 */
public record Call(long client, long number, Txn txn) {

  /** A transaction that nobody repeats. */
  public static Call once(Txn txn) {
    return new Call(0, 0, txn);
  }
}
