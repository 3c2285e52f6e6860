package dev.regrow.core.store.raft;

import com.google.protobuf.ByteString;
import dev.regrow.core.identity.NodeIdentity;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.RangeResult;
import dev.regrow.core.store.Store;
import dev.regrow.core.store.Txn;
import dev.regrow.core.store.TxnResult;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Stores on real disks, for tests. */
final class RaftStores {

  private RaftStores() {}

  static RaftStoreConfig config(Path data) throws IOException {
    var identity =
        NodeIdentity.openOrBootstrap(data.resolve("identity"), "127.0.0.1", Clock.systemUTC());
    return RaftStoreConfig.of(data.resolve("store"), "127.0.0.1", freePort(), identity);
  }

  static RaftStore open(Path data) throws IOException {
    return RaftStore.open(config(data));
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  static Txn putting(String key, String value) {
    return new Txn(List.of(), List.of(new Txn.Write.Put(key, ByteString.copyFromUtf8(value))));
  }

  static TxnResult put(Store store, String key, String value) throws Exception {
    return store.commit(putting(key, value)).toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  static RangeResult read(Store store, RangeQuery query) throws Exception {
    return store.range(query).toCompletableFuture().get(10, TimeUnit.SECONDS);
  }
}
