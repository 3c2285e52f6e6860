package dev.regrow.core.store;

/** What became of a transaction. */
public sealed interface TxnResult {

  /** Applied at this index, and on the disks of a majority. */
  record Committed(long index) implements TxnResult {}

  /** Nothing was written: the condition on {@code key} did not hold. */
  record ConditionFailed(String key, long actualModIndex) implements TxnResult {}
}
