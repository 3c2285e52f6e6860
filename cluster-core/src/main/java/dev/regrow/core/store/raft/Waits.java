package dev.regrow.core.store.raft;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Answers that are waited for, and from whom. A leader that has died in silence would be waited for
 * long after another one leads: what was asked of it is given up then, and asked of that one.
 */
final class Waits {

  private final Set<Wait> open = ConcurrentHashMap.newKeySet();

  /** Each is itself only. */
  private static final class Wait {
    private final String address;
    private final CompletableFuture<?> answer;

    Wait(String address, CompletableFuture<?> answer) {
      this.address = address;
      this.answer = answer;
    }
  }

  /**
   * @return the same answer, while it is waited for
   */
  <T> CompletableFuture<T> at(String address, CompletableFuture<T> answer) {
    var wait = new Wait(address, answer);
    open.add(wait);
    return answer.whenComplete((done, failure) -> open.remove(wait));
  }

  /** Gives up whatever is waited for from others: nobody knows then whether they did it. */
  void onlyFor(String leader) {
    for (var wait : open) {
      if (!wait.address.equals(leader)) {
        wait.answer.completeExceptionally(
            new IllegalStateException(leader + " leads now, not " + wait.address));
      }
    }
  }
}
