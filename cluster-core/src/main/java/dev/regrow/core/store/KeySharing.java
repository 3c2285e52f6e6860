package dev.regrow.core.store;

import dev.regrow.core.store.StoreGroup.Member;
import dev.regrow.v1.SecretKey;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Keys of secrets go from server to server; witnesses and workers get none. */
public final class KeySharing {

  private KeySharing() {}

  /**
   * Gives keys to every other server.
   *
   * @return the addresses of those that did not take them
   */
  public static CompletionStage<List<String>> share(
      Store store, Vault vault, List<SecretKey> keys) {
    return servers(store)
        .thenCompose(
            servers -> {
              CompletionStage<List<String>> without =
                  CompletableFuture.completedStage(new ArrayList<>());
              for (var server : servers) {
                var given =
                    vault
                        .exchange(server.address(), keys)
                        .handle((all, failure) -> failure == null && all.containsAll(keys));
                without =
                    without.thenCombine(
                        given,
                        (list, taken) -> {
                          if (!taken) {
                            list.add(server.address());
                          }
                          return list;
                        });
              }
              return without;
            });
  }

  /**
   * Asks every other server for its keys, and keeps them.
   *
   * @return done, whoever answered
   */
  public static CompletionStage<Void> collect(Store store, Vault vault) {
    return servers(store)
        .thenCompose(
            servers -> {
              CompletionStage<Void> all = CompletableFuture.completedStage(null);
              for (var server : servers) {
                var kept =
                    vault
                        .exchange(server.address(), List.of())
                        .thenAccept(vault::keep)
                        .exceptionally(unreachable -> null);
                all = all.thenCombine(kept, (before, done) -> null);
              }
              return all;
            });
  }

  /** Including this one, which learns nothing new from itself. */
  private static CompletionStage<List<Member>> servers(Store store) {
    return store instanceof StoreMembership membership
        ? membership
            .group()
            .thenApply(
                group -> group.members().stream().filter(member -> !member.witness()).toList())
        : CompletableFuture.completedStage(List.of());
  }
}
