package dev.regrow.core.store.raft;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.regrow.core.store.Call;
import dev.regrow.core.store.Txn;
import dev.regrow.core.store.TxnResult;
import dev.regrow.v1.StoreCommand;
import dev.regrow.v1.StoreCondition;
import dev.regrow.v1.StoreOutcome;
import dev.regrow.v1.StoreReply;
import dev.regrow.v1.StoreTxn;
import dev.regrow.v1.StoreWrite;
import java.util.List;

/** Transactions as the log's bytes and back. */
final class Commands {

  /** The highest level of the log that this release can apply, and the one that it writes. */
  static final int FEATURE_LEVEL = 1;

  private Commands() {}

  static StoreTxn encode(Txn txn) {
    var encoded = StoreTxn.newBuilder();
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
            txn.getWritesList().stream().map(Commands::decode).toList()));
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

  /** One log entry: sealed, at this release's feature level. */
  static byte[] entry(List<StoreTxn> txns) {
    return sealed(
        StoreCommand.newBuilder().setFeatureLevel(FEATURE_LEVEL).addAllTxns(txns).build());
  }

  /** A log entry that raises the index. */
  static byte[] raising(long index) {
    return sealed(
        StoreCommand.newBuilder().setFeatureLevel(FEATURE_LEVEL).setRaiseIndexTo(index).build());
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
