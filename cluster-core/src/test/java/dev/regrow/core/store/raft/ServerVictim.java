package dev.regrow.core.store.raft;

import com.google.protobuf.ByteString;
import dev.regrow.core.identity.NodeIdentity;
import dev.regrow.core.store.Txn;
import dev.regrow.core.store.TxnResult;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletionException;

/**
 * One server of a group, which writes with several clients until it is killed. It says what was
 * acknowledged, {@code KEY INDEX}, and {@code TWICE KEY} if a write met itself.
 */
public final class ServerVictim {

  private static final int CLIENTS = 3;

  private ServerVictim() {}

  /** Arguments: data directory, host, port, what its keys begin with, contacts. */
  public static void main(String[] args) throws Exception {
    Path data = Path.of(args[0]);
    var identity = NodeIdentity.open(data.resolve("identity")).orElseThrow();
    var config =
        RaftStoreConfig.of(data.resolve("store"), args[1], Integer.parseInt(args[2]), identity);
    var store =
        RaftStore.open(
            config
                .joining(List.of(args).subList(4, args.length))
                .with(config.tuning().snapshotEvery(200, 1 << 20).segmentsOf(1 << 20)));
    say("ready 0");
    for (int client = 0; client < CLIENTS; client++) {
      String prefix = "r%s/c%d/".formatted(args[3], client);
      new Thread(() -> write(store, prefix)).start();
    }
  }

  private static void write(RaftStore store, String prefix) {
    for (int n = 0; ; n++) {
      String key = prefix + n;
      var value = ByteString.copyFromUtf8(key);
      var txn =
          new Txn(
              List.of(new Txn.Condition.Absent(key + "/left")),
              List.of(
                  new Txn.Write.Put(key + "/left", value),
                  new Txn.Write.Put(key + "/right", value)));
      try {
        TxnResult result = store.commit(txn).toCompletableFuture().join();
        say(
            result instanceof TxnResult.Committed committed
                ? key + " " + committed.index()
                : "TWICE " + key);
      } catch (CompletionException unanswered) {
        // Not acknowledged: the next key is another write.
        System.err.println(key + ": " + unanswered.getMessage());
      }
    }
  }

  private static void say(String line) {
    synchronized (System.out) {
      System.out.println(line);
      System.out.flush();
    }
  }
}
