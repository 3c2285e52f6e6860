package dev.regrow.actors.bootstrap;

import dev.regrow.actors.instance.ContentSource;
import dev.regrow.actors.instance.Contents;
import dev.regrow.actors.link.AssignmentRef;
import dev.regrow.core.store.AssignedContents;
import dev.regrow.core.store.Store;
import dev.regrow.core.store.StoreException;
import dev.regrow.runtime.RuntimeFailure;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** Asks the store what an instance of this node is to see. */
final class StoreContents implements ContentSource {

  private final Supplier<Optional<Store>> store;

  /**
   * @param store empty while it opens
   */
  StoreContents(Supplier<Optional<Store>> store) {
    this.store = store;
  }

  @Override
  public CompletionStage<Contents> of(AssignmentRef assignment) {
    return store
        .get()
        .map(opened -> of(opened, assignment))
        .orElseGet(
            () ->
                CompletableFuture.failedStage(
                    new RuntimeFailure(words("the store is opening"), true)));
  }

  private static CompletionStage<Contents> of(Store store, AssignmentRef assignment) {
    return AssignedContents.of(store)
        .contentsOf(
            new AssignedContents.Question(
                assignment.namespace(),
                assignment.workload(),
                assignment.instanceId(),
                assignment.epoch()))
        .thenApply(Contents::new)
        .exceptionallyCompose(
            failed -> {
              var cause = Closing.causeOf(failed);
              return CompletableFuture.failedStage(
                  cause instanceof StoreException
                      ? new RuntimeFailure(words(String.valueOf(cause.getMessage())), true, cause)
                      : cause);
            });
  }

  private static String words(String why) {
    return "cannot learn what it is to see of its configs and secrets: " + why;
  }
}
