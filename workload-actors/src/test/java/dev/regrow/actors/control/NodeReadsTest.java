package dev.regrow.actors.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.actors.board.Board;
import dev.regrow.core.model.Now;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.Txn;
import dev.regrow.core.store.testing.InMemoryStore;
import dev.regrow.v1.Node;
import dev.regrow.v1.StoredNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NodeReadsTest {

  private final InMemoryStore store = new InMemoryStore();
  private final NodeReads reads = new NodeReads(store, new Board(() -> new Now(0, 0)));

  @BeforeEach
  void five_nodes() throws Exception {
    var writes = new ArrayList<Txn.Write>();
    for (int i = 1; i <= 5; i++) {
      var uid = "uid" + (9 - i);
      var node =
          StoredNode.newBuilder()
              .setUid(uid)
              .setName("n" + i)
              .putLabels("disk", i % 2 == 0 ? "ssd" : "hdd");
      writes.add(new Txn.Write.Put(Keys.node(uid), node.build().toByteString()));
    }
    get(store.commit(new Txn(List.of(), writes)));
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void pages_of_nodes_leave_none_out() throws Exception {
    var names = new ArrayList<String>();
    var next = "";
    do {
      var page = get(reads.nodes(query(Map.of(), 2, next), ReadPoint.LOCAL));
      page.items().forEach(node -> names.add(node.getName()));
      next = page.next();
    } while (!next.isEmpty());

    assertThat(names).containsExactly("n1", "n2", "n3", "n4", "n5");
  }

  @Test
  void nodes_are_found_by_their_labels() throws Exception {
    var page = get(reads.nodes(query(Map.of("disk", "ssd"), 1000, ""), ReadPoint.LOCAL));

    assertThat(page.items()).extracting(Node::getName).containsExactly("n2", "n4");
  }

  private static ListQuery query(Map<String, String> labels, int limit, String next) {
    return new ListQuery(Optional.empty(), Optional.empty(), labels, limit, next);
  }

  private static <T> T get(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(5, TimeUnit.SECONDS);
  }
}
