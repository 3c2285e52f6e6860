package dev.regrow.core.store.raft;

import com.google.protobuf.ByteString;
import dev.regrow.core.store.Txn;
import dev.regrow.core.store.TxnResult;
import java.nio.file.Path;
import java.util.List;

/**
 * Writes with several clients until it is killed, and says on standard output what was
 * acknowledged: {@code KEY INDEX}.
 */
public final class StoreVictim {

  private static final int CLIENTS = 8;

  private StoreVictim() {}

  /** Arguments: data directory, round. */
  public static void main(String[] args) throws Exception {
    var config = RaftStores.config(Path.of(args[0]));
    var store =
        RaftStore.open(config.with(config.tuning().snapshotEvery(40, 1 << 20).segmentsOf(1 << 20)));
    for (int client = 0; client < CLIENTS; client++) {
      String prefix = "r%s/c%d/".formatted(args[1], client);
      new Thread(() -> write(store, prefix)).start();
    }
    System.out.println("ready 0");
  }

  private static void write(RaftStore store, String prefix) {
    for (int n = 0; ; n++) {
      String key = prefix + n;
      var value =
          ByteString.copyFrom(new byte[200 + n % 1500]).concat(ByteString.copyFromUtf8(key));
      var txn =
          new Txn(
              List.of(new Txn.Condition.Absent(key + "/left")),
              List.of(
                  new Txn.Write.Put(key + "/left", value),
                  new Txn.Write.Put(key + "/right", value)));
      TxnResult result = store.commit(txn).toCompletableFuture().join();
      if (result instanceof TxnResult.Committed committed) {
        synchronized (System.out) {
          System.out.println(key + " " + committed.index());
          System.out.flush();
        }
      }
    }
  }
}
