package dev.regrow.actors.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.regrow.actors.control.Refusal;
import dev.regrow.core.identity.NodeIdentity;
import dev.regrow.core.identity.NodeJoin;
import dev.regrow.core.identity.NodeRole;
import dev.regrow.core.membership.Membership;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.StoreGroup;
import dev.regrow.core.store.StoreMembership;
import dev.regrow.core.store.testing.InMemoryStore;
import dev.regrow.v1.NodeJoinReply;
import dev.regrow.v1.NodeJoinRequest;
import dev.regrow.v1.NodePhase;
import dev.regrow.v1.StoredName;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdmittanceTest {

  private static final String UID = "aaaaaaaaaaaa";
  private static final StoreGroup GROUP =
      new StoreGroup(
          1,
          List.of(
              new StoreGroup.Member("p", UID, "10.0.0.5:7420", false, true, false, 0, 9_000),
              new StoreGroup.Member("q", "x", "10.0.0.6:7420", false, true, true, 0, 0)));

  private final InMemoryStore store = new InMemoryStore();
  private final Servers servers = new Servers(new ArrayList<>());
  private final Path data;

  AdmittanceTest(@TempDir Path data) {
    this.data = data;
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void a_node_is_signed_for_and_its_name_is_kept() throws Exception {
    var request = request("n4");

    var reply = admit(request);

    assertThat(reply.getStoreContactsList()).contains("10.0.0.5:7420", "10.0.0.6:7420");
    var kept =
        store.range(RangeQuery.key(Keys.name("n4"))).toCompletableFuture().join().entries().get(0);
    assertThat(StoredName.parseFrom(kept.value()).getNodeUid()).isEqualTo(request.getNodeUid());
    assertThat(StoredName.parseFrom(kept.value()).getHost()).isEqualTo("10.0.0.9");
  }

  @Test
  void a_living_nodes_name_is_a_conflict_and_nothing_is_signed() throws Exception {
    aNode(NodePhase.NODE_READY);
    long index = store.appliedIndex();

    assertThatThrownBy(() -> admit(request("n3")))
        .hasCauseInstanceOf(Refusal.class)
        .cause()
        .hasMessage(
            "a node called n3 at https://10.0.0.5:7400 is up already; give this one another --name")
        .extracting(refusal -> ((Refusal) refusal).kind())
        .isEqualTo(Refusal.Kind.CONFLICT);
    assertThat(store.appliedIndex()).isEqualTo(index);
    assertThat(servers.gone()).isEmpty();
  }

  @Test
  void the_server_of_a_former_self_leaves_the_stores_group() throws Exception {
    aNode(NodePhase.NODE_DOWN);

    admit(request("n3"));

    assertThat(servers.gone()).containsExactly(UID);
  }

  @Test
  void a_request_of_a_release_that_names_no_node_is_signed_as_ever() throws Exception {
    aNode(NodePhase.NODE_READY);

    assertThat(admit(request("")).getCertificatePem().isEmpty()).isFalse();
  }

  @Test
  void what_is_no_name_is_refused() throws Exception {
    var request = request("No Name");

    assertThatThrownBy(() -> admit(request)).isInstanceOf(Refusal.class);
  }

  private NodeJoinRequest request(String name) throws IOException {
    return NodeJoin.prepare(data.resolve("new"), "10.0.0.9").request().toBuilder()
        .setName(name)
        .build();
  }

  private NodeJoinReply admit(NodeJoinRequest request) throws IOException {
    var identity =
        NodeIdentity.openOrBootstrap(data.resolve("first"), "10.0.0.6", Clock.systemUTC());
    return new Admittance(identity, store, servers, GROUP)
        .admit(request, NodeRole.WORKER)
        .toCompletableFuture()
        .join();
  }

  private void aNode(NodePhase phase) {
    new Membership(store)
        .register(
            UID,
            node ->
                node.toBuilder()
                    .setName("n3")
                    .setAddress("https://10.0.0.5:7400")
                    .setMember("pekko://regrow@10.0.0.5:7410#1")
                    .setPhase(phase)
                    .build())
        .toCompletableFuture()
        .join();
  }

  private record Servers(List<String> gone) implements StoreMembership {
    @Override
    public CompletionStage<StoreGroup> group() {
      return CompletableFuture.completedStage(GROUP);
    }

    @Override
    public CompletionStage<StoreGroup> remove(String nodeUid, boolean force) {
      gone.add(nodeUid);
      return CompletableFuture.completedStage(GROUP.without(nodeUid));
    }
  }
}
