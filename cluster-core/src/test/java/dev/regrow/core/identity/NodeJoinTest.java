package dev.regrow.core.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.regrow.v1.NodeJoinRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeJoinTest {

  private final Path data;
  private final NodeIdentity first;
  private final ClusterAuthority authority;

  NodeJoinTest(@TempDir Path data) throws IOException {
    this.data = data;
    this.first =
        NodeIdentity.openOrBootstrap(data.resolve("first"), "127.0.0.1", Clock.systemUTC());
    this.authority = ClusterAuthority.of(first).orElseThrow();
  }

  @Test
  void a_node_that_joined_belongs_to_the_same_cluster_and_remembers_whom_to_ask() throws Exception {
    var join = NodeJoin.prepare(data.resolve("second"), "127.0.0.2");

    NodeIdentity second =
        join.accept(
            authority.admit(
                join.request(),
                NodeRole.WORKER,
                List.of("127.0.0.1:7"),
                Instant.now(),
                Duration.ofDays(30)));

    assertThat(second.clusterId()).isEqualTo(first.clusterId());
    assertThat(second.nodeUid()).isNotEqualTo(first.nodeUid());
    assertThat(second.isFounding()).isFalse();
    assertThat(NodeIdentity.open(data.resolve("second"))).contains(second);
    assertThat(second.contacts()).containsExactly("127.0.0.1:7");
    assertThat(ClusterAuthority.of(second)).isEmpty();
    Pem.certificate(Files.readAllBytes(second.tls().certificate()))
        .verify(Pem.certificate(Files.readAllBytes(first.tls().authority())).getPublicKey());
  }

  @Test
  void a_server_that_joined_can_let_others_in() throws Exception {
    var join = NodeJoin.prepare(data.resolve("second"), "127.0.0.2");

    var second =
        join.accept(
            authority.admit(
                join.request(), NodeRole.SERVER, List.of(), Instant.now(), Duration.ofDays(30)));

    assertThat(ClusterAuthority.of(second)).isPresent();
  }

  @Test
  void a_request_that_its_key_did_not_sign_is_refused() throws Exception {
    var join = NodeJoin.prepare(data.resolve("second"), "127.0.0.2");
    NodeJoinRequest forged = join.request().toBuilder().setNodeUid("0123456789ab").build();

    assertThatThrownBy(
            () ->
                authority.admit(
                    forged, NodeRole.WORKER, List.of(), Instant.now(), Duration.ofDays(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not signed by the key");
  }

  @Test
  void an_answer_for_another_key_is_refused() throws Exception {
    var join = NodeJoin.prepare(data.resolve("second"), "127.0.0.2");
    var other = NodeJoin.prepare(data.resolve("third"), "127.0.0.3");
    var answer =
        authority.admit(
            other.request(), NodeRole.WORKER, List.of(), Instant.now(), Duration.ofDays(30));

    assertThatThrownBy(() -> join.accept(answer))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("another key");
    assertThat(NodeIdentity.open(data.resolve("second"))).isEmpty();
  }

  @Test
  void a_certificate_says_who_the_node_is_what_it_is_and_where() throws Exception {
    var join = NodeJoin.prepare(data.resolve("second"), "127.0.0.2");

    var second =
        join.accept(
            authority.admit(
                join.request(), NodeRole.WITNESS, List.of(), Instant.now(), Duration.ofDays(1)));

    var said = CertifiedNode.in(second.tls());
    assertThat(said.uid()).isEqualTo(second.nodeUid());
    assertThat(said.role()).isEqualTo(NodeRole.WITNESS);
    assertThat(said.hosts()).contains("127.0.0.2", "localhost");
    assertThat(Duration.between(said.issuedAt(), said.goodUntil())).isEqualTo(Duration.ofDays(1));
    assertThat(ClusterAuthority.of(second)).as("the authority's key is for servers").isEmpty();
    assertThat(CertifiedNode.in(first.tls()).role()).isEqualTo(NodeRole.SERVER);
  }

  @Test
  void the_authoritys_own_certificate_is_no_nodes() throws Exception {
    var authorityItself = Pem.certificate(Files.readAllBytes(first.tls().authority()));

    assertThatThrownBy(() -> CertifiedNode.of(authorityItself))
        .hasMessageContaining("no node's certificate");
  }
}
