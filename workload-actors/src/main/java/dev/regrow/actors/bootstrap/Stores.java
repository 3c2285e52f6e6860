package dev.regrow.actors.bootstrap;

import dev.regrow.core.identity.NodeIdentity;
import dev.regrow.core.store.Store;
import dev.regrow.core.store.raft.RaftStore;
import dev.regrow.core.store.raft.RaftStoreConfig;
import dev.regrow.core.store.raft.RemoteStore;
import java.io.IOException;
import java.nio.file.Path;

/** The store as a node has it: a server keeps it, a worker asks those who do. */
final class Stores {

  private Stores() {}

  /**
   * @param directory of the store's data, on a server
   */
  static Store open(NodeConfig node, Path directory, NodeIdentity identity) throws IOException {
    if (!node.isServer()) {
      // What it kept when it was a server is nobody's any more.
      RaftStore.discard(directory);
      return RemoteStore.connect(identity, identity.contacts());
    }
    var config = RaftStoreConfig.of(directory, node.bind(), node.storePort(), identity);
    return RaftStore.open(config.joining(identity.contacts()));
  }
}
