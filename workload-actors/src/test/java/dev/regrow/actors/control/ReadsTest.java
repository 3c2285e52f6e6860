package dev.regrow.actors.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.actors.board.Board;
import dev.regrow.core.model.Now;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.Txn;
import dev.regrow.core.store.testing.InMemoryStore;
import dev.regrow.v1.Event;
import dev.regrow.v1.StoredEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReadsTest {

  private static final WorkloadRef WEB = new WorkloadRef("default", "web");

  private final InMemoryStore store = new InMemoryStore();
  private final Reads reads = new Reads(store, new Board(ReadsTest::now), ReadsTest::now);
  private final List<Txn.Write> learned = new ArrayList<>();

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void events_are_told_in_the_order_in_which_they_happened_not_in_which_they_were_learned()
      throws Exception {
    learn(100, "RolledOut", 903);
    learn(100, "Started", 877);
    learn(100, "Exited", 903);
    learn(101, "Stopped", 860);
    store.commit(new Txn(List.of(), learned)).toCompletableFuture().get(5, TimeUnit.SECONDS);

    assertThat(reasons(ListQuery.of(WEB)))
        .containsExactly("Stopped", "Started", "RolledOut", "Exited");
  }

  @Test
  void pages_of_events_follow_that_order_too() throws Exception {
    learn(100, "Second", 20);
    learn(101, "First", 10);
    learn(102, "Third", 30);
    store.commit(new Txn(List.of(), learned)).toCompletableFuture().get(5, TimeUnit.SECONDS);
    var all = ListQuery.of(WEB);
    var byTwo = new ListQuery(all.namespace(), all.workload(), all.labels(), 2, "");

    var page = get(reads.events(byTwo, ReadPoint.LOCAL));

    assertThat(page.items()).extracting(Event::getReason).containsExactly("First", "Second");
    assertThat(reasons(byTwo.after(page.next()))).containsExactly("Third");
  }

  private static Now now() {
    return new Now(0, 0);
  }

  private List<String> reasons(ListQuery query) throws Exception {
    return get(reads.events(query, ReadPoint.LOCAL)).items().stream()
        .map(Event::getReason)
        .toList();
  }

  private void learn(long atMillis, String reason, long happenedAtMillis) {
    var event =
        StoredEvent.newBuilder()
            .setEvent(Event.newBuilder().setTime(happenedAtMillis).setReason(reason))
            .build();
    var key = Keys.event(WEB.namespace(), WEB.name(), atMillis, learned.size());
    learned.add(new Txn.Write.Put(key, event.toByteString()));
  }

  private static <T> T get(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(5, TimeUnit.SECONDS);
  }
}
