package dev.regrow.core.store.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.regrow.core.identity.CertifiedNode;
import dev.regrow.core.identity.ClusterAuthority;
import dev.regrow.core.identity.NodeIdentity;
import dev.regrow.core.identity.NodeJoin;
import dev.regrow.core.identity.NodeRole;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.Txn;
import dev.regrow.v1.StoreGroupRequest;
import dev.regrow.v1.StoredNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CertificateKeeperTest {

  private static final Duration LATE = Duration.ofSeconds(-1);

  private final Path data;
  private final List<CertificateKeeper> keepers = new ArrayList<>();

  CertificateKeeperTest(@TempDir Path data) {
    this.data = data;
  }

  private static <T> T get(CompletionStage<T> answer) throws Exception {
    return answer.toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  private NodeIdentity admitted(Servers servers, NodeRole role, Duration life) throws IOException {
    var join = NodeJoin.prepare(data.resolve("joined/identity"), "127.0.0.9");
    return join.accept(
        ClusterAuthority.of(servers.config(1).identity())
            .orElseThrow()
            .admit(
                join.request(), role, List.of(servers.config(1).address()), Instant.now(), life));
  }

  private static void know(Servers servers, StoredNode.Builder node) throws Exception {
    var put = new Txn.Write.Put(Keys.node(node.getUid()), node.build().toByteString());
    get(servers.get(1).commit(new Txn(List.of(), List.of(put))));
  }

  private static CompletionStage<?> outlook(Servers servers, NodeIdentity who) throws IOException {
    var channels = new Channels(who.tls(), Runnable::run);
    return channels
        .ask(
            servers.config(1).address(),
            Wire.GROUP,
            StoreGroupRequest.getDefaultInstance(),
            Duration.ofSeconds(15))
        .whenComplete((answer, failure) -> channels.close());
  }

  private static void awaitGood(NodeIdentity identity) {
    Servers.await(
        () -> !said(identity).isExpired(Instant.now()),
        () -> "it says until " + said(identity).goodUntil());
  }

  private static CertifiedNode said(NodeIdentity identity) {
    try {
      return CertifiedNode.in(identity.tls());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private CertificateKeeper keep(NodeIdentity identity, NodeRole role) throws IOException {
    var keeper = CertificateKeeper.begin(identity, role, "127.0.0.9", Clock.systemUTC());
    keepers.add(keeper);
    return keeper;
  }

  @AfterEach
  void end() {
    keepers.forEach(CertificateKeeper::close);
  }

  @Test
  void connections_made_after_the_first_certificate_has_ended_work_and_nothing_is_restarted()
      throws Exception {
    try (var servers = Servers.first(data)) {
      var identity = admitted(servers, NodeRole.WORKER, Duration.ofSeconds(8));
      Instant end = said(identity).goodUntil();
      // As each node that serves is: only then is one that a busy machine keeps waiting beyond the
      // end still renewed.
      know(servers, StoredNode.newBuilder().setUid(identity.nodeUid()));
      keep(identity, NodeRole.WORKER);
      try (var before = RemoteStore.connect(identity, List.of())) {
        get(before.range(RangeQuery.prefix(Keys.NODES)));

        Servers.await(
            () -> Instant.now().isAfter(end) && said(identity).goodUntil().isAfter(end),
            () -> "the first ends at " + end + ", and it says until " + said(identity).goodUntil());

        assertThat(said(identity).uid()).isEqualTo(identity.nodeUid());
        assertThat(said(identity).role()).isEqualTo(NodeRole.WORKER);
        get(before.range(RangeQuery.prefix(Keys.NODES)));
        try (var after = RemoteStore.connect(identity, List.of())) {
          get(after.range(RangeQuery.prefix(Keys.NODES)));
        }
      }
    }
  }

  @Test
  void a_node_that_was_off_for_longer_gets_another_certificate_and_nothing_else() throws Exception {
    try (var servers = Servers.first(data)) {
      var identity = admitted(servers, NodeRole.WORKER, LATE);
      know(servers, StoredNode.newBuilder().setUid(identity.nodeUid()));
      try (var store = RemoteStore.connect(identity, List.of())) {
        assertThatThrownBy(() -> get(outlook(servers, identity)))
            .hasMessageContaining("the certificate of node " + identity.nodeUid() + " ended");
        keep(identity, NodeRole.WORKER);
        awaitGood(identity);
        get(store.range(RangeQuery.prefix(Keys.NODES)));
      }
    }
  }

  @Test
  void a_certificate_that_has_ended_is_not_renewed_for_a_node_that_nobody_knows() throws Exception {
    try (var servers = Servers.first(data)) {
      var identity = admitted(servers, NodeRole.WORKER, LATE);

      assertThatThrownBy(() -> Renewals.ask(identity))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("does not know it");
    }
  }

  @Test
  void who_is_wanted_as_a_server_becomes_one_and_gets_the_authoritys_key() throws Exception {
    try (var servers = Servers.first(data)) {
      var identity = admitted(servers, NodeRole.WORKER, Duration.ofDays(1));
      know(servers, StoredNode.newBuilder().setUid(identity.nodeUid()).setWantedRole("server"));
      var asServer = keep(identity, NodeRole.SERVER);
      // A busy machine may not be done with it at the first attempt.
      Servers.await(
          () -> said(identity).role() == NodeRole.SERVER, () -> said(identity).toString());
      asServer.close();
      assertThat(ClusterAuthority.of(identity)).isPresent();
      know(servers, StoredNode.newBuilder().setUid(identity.nodeUid()).setWantedRole("worker"));
      keep(identity, NodeRole.WORKER);
      Servers.await(
          () -> said(identity).role() == NodeRole.WORKER, () -> said(identity).toString());
      assertThat(ClusterAuthority.of(identity)).isEmpty();
    }
  }

  @Test
  void a_server_signs_for_itself_before_anything_else_happens() throws Exception {
    var first = NodeIdentity.openOrBootstrap(data.resolve("a"), "127.0.0.9", Clock.systemUTC());
    var authority = ClusterAuthority.of(first).orElseThrow();
    var longAgo = Instant.now().minus(Duration.ofDays(3));
    first.renewed(authority.renew(first, NodeRole.SERVER, "127.0.0.9", longAgo));
    assertThat(said(first).isExpired(Instant.now())).isTrue();

    keep(first, NodeRole.SERVER);

    assertThat(said(first).isExpired(Instant.now())).isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void a_certificate_that_becomes_due_while_it_is_looked_at_is_renewed_then(int looks)
      throws Exception {
    var first = NodeIdentity.openOrBootstrap(data.resolve("a"), "127.0.0.9", Clock.systemUTC());
    Instant end = said(first).goodUntil();
    var asked = new AtomicInteger();
    InstantSource time =
        () -> asked.incrementAndGet() <= looks ? Instant.now() : end.minusSeconds(60);

    keepers.add(
        CertificateKeeper.begin(
            first, NodeRole.SERVER, "127.0.0.9", time.withZone(ZoneOffset.UTC)));

    Servers.await(() -> said(first).goodUntil().isAfter(end), () -> said(first).toString());
  }

  @Test
  void a_worker_at_another_address_than_its_certificates_is_refused() throws Exception {
    try (var servers = Servers.first(data)) {
      var identity = admitted(servers, NodeRole.WORKER, Duration.ofDays(1));

      assertThatThrownBy(
              () ->
                  CertificateKeeper.begin(identity, NodeRole.WORKER, "10.1.2.3", Clock.systemUTC()))
          .hasMessageContaining("--bind 10.1.2.3");
    }
  }
}
