package dev.regrow.core.store.raft;

import java.io.IOException;
import java.nio.file.Path;
import org.apache.ratis.server.storage.RaftStorageMetadataFile;
import org.jspecify.annotations.Nullable;

/** What the server that was closed last had promised, until it is known to be on the disk. */
final class LastPromise {

  private volatile @Nullable RaftStorageMetadataFile note;

  /** Closes it; from then on its promises are final. */
  void close(RaftNode node) {
    note = node.note().orElse(null);
    node.close();
  }

  /**
   * Before another server makes promises, and only for as long as none has.
   *
   * @param group Ratis' directory of the group
   * @throws IOException if the disk does not take it
   */
  void keep(Path group) throws IOException {
    RaftStorageMetadataFile last = note;
    if (last != null) {
      TermFile.keep(group, last);
      note = null;
    }
  }

  /** Nobody is bound by it any more: the server that made it is none. */
  void forget() {
    note = null;
  }
}
