package dev.regrow.core.store.raft;

import dev.regrow.core.store.StoreException;
import dev.regrow.core.store.StoreException.Kind;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Whether this server leads, confirmed by a majority that is asked after the question came: each
 * says in which term it is, and whoever is in this leader's has not voted for a later one yet.
 *
 * <p>Ratis 3.3.0 has such a round for its own reads, but leaves it out when it has confirmed the
 * same commit index before. So a leader that was stopped or cut off, replaced meanwhile, and goes
 * on would answer for a while as if it still led.
 */
final class Confirmation {

  /** Asks a server, by HOST:PORT, for its term. */
  interface Terms {
    CompletableFuture<Long> of(String address);
  }

  /**
   * That this server leads.
   *
   * @param self its own address
   * @param voters by HOST:PORT those that make a majority; two such sets while the group changes
   */
  record Leading(long term, String self, List<Set<String>> voters) {
    Leading {
      voters = voters.stream().map(Set::copyOf).toList();
    }

    private Set<String> others() {
      return voters.stream()
          .flatMap(Set::stream)
          .filter(address -> !address.equals(self))
          .collect(Collectors.toUnmodifiableSet());
    }

    private boolean isMajority(Set<String> agreeing) {
      return voters.stream()
          .allMatch(set -> 2 * set.stream().filter(agreeing::contains).count() > set.size());
    }
  }

  private final Supplier<Optional<Leading>> leading;
  private final Terms terms;
  private @Nullable CompletableFuture<Void> running;
  private @Nullable CompletableFuture<Void> next;

  /**
   * @param leading as this server believes; empty: it does not
   */
  Confirmation(Supplier<Optional<Leading>> leading, Terms terms) {
    this.leading = leading;
    this.terms = terms;
  }

  /**
   * Fails with {@link Proposer.NotProposed} where this server does not lead, and with a {@link
   * StoreException} where no majority answers. Who asks during a round waits for the next one.
   */
  CompletableFuture<Void> confirm() {
    CompletableFuture<Void> mine;
    synchronized (this) {
      if (next == null) {
        next = new CompletableFuture<>();
      }
      mine = next;
      if (running != null) {
        return mine.copy();
      }
      begin();
    }
    round(mine);
    return mine.copy();
  }

  private synchronized void begin() {
    running = next;
    next = null;
  }

  private void round(CompletableFuture<Void> mine) {
    var unused = mine.whenComplete((done, failure) -> over());
    var now = leading.get();
    if (now.isEmpty()) {
      mine.completeExceptionally(new Proposer.NotProposed("this server does not lead the store"));
    } else {
      new Round(now.get(), mine).ask();
    }
  }

  private void over() {
    CompletableFuture<Void> following;
    synchronized (this) {
      running = null;
      if (next == null) {
        return;
      }
      following = next;
      begin();
    }
    round(following);
  }

  private final class Round {
    private final Leading at;
    private final CompletableFuture<Void> result;
    private final Set<String> agreeing = new HashSet<>();
    private int unheard;

    Round(Leading at, CompletableFuture<Void> result) {
      this.at = at;
      this.result = result;
    }

    void ask() {
      var others = at.others();
      unheard = others.size();
      agreeing.add(at.self());
      if (at.isMajority(agreeing)) {
        result.complete(null);
        return;
      }
      for (var other : others) {
        var unused =
            terms
                .of(other)
                .whenComplete((term, failure) -> heard(other, failure == null ? term : -1));
      }
    }

    /**
     * @param term -1: no answer
     */
    private synchronized void heard(String other, long term) {
      unheard--;
      if (term > at.term()) {
        result.completeExceptionally(
            new Proposer.NotProposed("the leader of the store has changed"));
      } else if (term >= 0) {
        agreeing.add(other);
      }
      if (at.isMajority(agreeing)) {
        result.complete(null);
      } else if (unheard == 0) {
        result.completeExceptionally(
            new StoreException(
                Kind.NO_MAJORITY,
                "no majority confirms that this server still leads the store; try again"));
      }
    }
  }
}
