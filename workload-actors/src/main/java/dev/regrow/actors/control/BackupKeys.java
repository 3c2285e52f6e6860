package dev.regrow.actors.control;

import com.google.protobuf.ByteString;
import dev.regrow.actors.control.ControlPlane.Backup;
import dev.regrow.core.identity.SecretKeys;
import dev.regrow.core.store.KeySharing;
import dev.regrow.core.store.Store;
import dev.regrow.core.store.Vault;
import dev.regrow.v1.SecretKey;
import dev.regrow.v1.StoreSnapshotEntry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The keys of secrets in a backup: an entry beside the records, which is never stored as one. */
final class BackupKeys {

  /** No record of the store has a key like this. */
  private static final String ENTRY = "secret-keys";

  private BackupKeys() {}

  static CompletionStage<Void> none() {
    return CompletableFuture.completedStage(null);
  }

  static Backup with(Backup backup, Vault vault) {
    var entries = new ArrayList<>(backup.entries());
    entries.add(
        StoreSnapshotEntry.newBuilder()
            .setKey(ENTRY)
            .setValue(ByteString.copyFromUtf8(SecretKeys.text(vault.keys())))
            .build());
    return new Backup(backup.header().toBuilder().setWithKey(true).build(), entries);
  }

  /**
   * Gives the keys that a backup brings to all servers.
   *
   * @return whether it brought any
   */
  static CompletionStage<Boolean> taken(Backup backup, Store store, Vault vault) {
    var keys = new ArrayList<SecretKey>();
    for (var entry : backup.entries()) {
      if (entry.getKey().equals(ENTRY)) {
        keys.addAll(parsed(entry.getValue().toStringUtf8()));
      }
    }
    if (keys.isEmpty()) {
      return CompletableFuture.completedStage(false);
    }
    vault.keep(keys);
    return KeySharing.share(store, vault, keys).thenApply(without -> true);
  }

  private static List<SecretKey> parsed(String text) {
    try {
      return SecretKeys.parse(text);
    } catch (IOException damaged) {
      throw new Refusal(Refusal.Kind.INVALID, "the keys of secrets: " + damaged.getMessage());
    }
  }
}
