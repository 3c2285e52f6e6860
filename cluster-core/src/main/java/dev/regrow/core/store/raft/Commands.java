package dev.regrow.core.store.raft;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.regrow.core.store.Call;
import dev.regrow.core.store.Entry;
import dev.regrow.core.store.FeatureLevel;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.StoreState;
import dev.regrow.core.store.Txn;
import dev.regrow.core.store.TxnResult;
import dev.regrow.v1.StoreCommand;
import dev.regrow.v1.StoreCondition;
import dev.regrow.v1.StoreOutcome;
import dev.regrow.v1.StoreReply;
import dev.regrow.v1.StoreTxn;
import dev.regrow.v1.StoreWrite;
import dev.regrow.v1.StoredCluster;
import java.util.List;

/** Transactions as the log's bytes and back. */
final class Commands {

  private Commands() {}

  static StoreTxn encode(Txn txn) {
    var encoded = StoreTxn.newBuilder().setIndexAtLeast(txn.indexAtLeast());
    for (Txn.Condition condition : txn.conditions()) {
      long at = condition instanceof Txn.Condition.ChangedAt changed ? changed.modIndex() : 0;
      encoded.addConditions(
          StoreCondition.newBuilder().setKey(condition.key()).setChangedAt(at).build());
    }
    for (Txn.Write write : txn.writes()) {
      var one = StoreWrite.newBuilder().setKey(write.key());
      if (write instanceof Txn.Write.Put put) {
        one.setValue(put.value());
      }
      encoded.addWrites(one);
    }
    return encoded.build();
  }

  static Call decode(StoreTxn txn) {
    return new Call(
        txn.getClient(),
        txn.getCall(),
        new Txn(
            txn.getConditionsList().stream().map(Commands::decode).toList(),
            txn.getWritesList().stream().map(Commands::decode).toList(),
            txn.getIndexAtLeast()));
  }

  private static Txn.Condition decode(StoreCondition condition) {
    return condition.getChangedAt() == 0
        ? new Txn.Condition.Absent(condition.getKey())
        : new Txn.Condition.ChangedAt(condition.getKey(), condition.getChangedAt());
  }

  private static Txn.Write decode(StoreWrite write) {
    return write.hasValue()
        ? new Txn.Write.Put(write.getKey(), write.getValue())
        : new Txn.Write.Delete(write.getKey());
  }

  /**
   * One log entry, sealed.
   *
   * @param level the cluster's feature level
   */
  static byte[] entry(List<StoreTxn> txns, int level) {
    return sealed(StoreCommand.newBuilder().setFeatureLevel(level).addAllTxns(txns).build());
  }

  /** A log entry that raises the index. */
  static byte[] raising(long index, int level) {
    return sealed(StoreCommand.newBuilder().setFeatureLevel(level).setRaiseIndexTo(index).build());
  }

  /** The cluster's feature level, as the store holds it. */
  static int level(StoreState state) {
    var found = state.range(RangeQuery.key(Keys.META)).entries();
    return found.isEmpty() ? FeatureLevel.FIRST : level(found.get(0));
  }

  private static int level(Entry meta) {
    try {
      return FeatureLevel.of(StoredCluster.parseFrom(meta.value()));
    } catch (InvalidProtocolBufferException damaged) {
      throw new IllegalStateException("the record " + meta.key() + " cannot be read", damaged);
    }
  }

  private static byte[] sealed(StoreCommand command) {
    return Checksums.seal(command.toByteString()).toByteArray();
  }

  static StoreReply reply(List<TxnResult> results) {
    var reply = StoreReply.newBuilder();
    results.forEach(result -> reply.addOutcomes(outcome(result)));
    return reply.build();
  }

  static StoreOutcome outcome(TxnResult result) {
    var outcome = StoreOutcome.newBuilder();
    if (result instanceof TxnResult.Committed committed) {
      outcome.setCommittedAt(committed.index());
    } else if (result instanceof TxnResult.ConditionFailed failed) {
      outcome.setFailedKey(failed.key()).setActualChangedAt(failed.actualModIndex());
    }
    return outcome.build();
  }

  static List<TxnResult> results(ByteString reply) throws InvalidProtocolBufferException {
    return StoreReply.parseFrom(reply).getOutcomesList().stream().map(Commands::result).toList();
  }

  static TxnResult result(StoreOutcome outcome) {
    return outcome.getCommittedAt() != 0
        ? new TxnResult.Committed(outcome.getCommittedAt())
        : new TxnResult.ConditionFailed(outcome.getFailedKey(), outcome.getActualChangedAt());
  }
}
