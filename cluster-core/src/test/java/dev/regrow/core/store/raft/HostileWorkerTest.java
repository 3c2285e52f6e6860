package dev.regrow.core.store.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.regrow.core.identity.NodeIdentity;
import dev.regrow.core.identity.NodeRole;
import dev.regrow.core.identity.SecretKeys;
import dev.regrow.core.store.AssignedContents.Question;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.StoreException;
import dev.regrow.core.store.Txn;
import dev.regrow.v1.ContentKind;
import dev.regrow.v1.ContentUse;
import dev.regrow.v1.InstanceTemplate;
import dev.regrow.v1.Secret;
import dev.regrow.v1.StoreJoinRequest;
import dev.regrow.v1.StoreRangeRequest;
import dev.regrow.v1.StoreRemoveRequest;
import dev.regrow.v1.StoreTokenRequest;
import dev.regrow.v1.StoreWatchRequest;
import dev.regrow.v1.StoredAssignment;
import dev.regrow.v1.StoredContent;
import dev.regrow.v1.StoredNode;
import dev.regrow.v1.StoredRevision;
import dev.regrow.v1.StoredSecret;
import dev.regrow.v1.StoredSecretKeys;
import dev.regrow.v1.StoredToken;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.thirdparty.io.grpc.MethodDescriptor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A worker whose machine belongs to somebody else by now: it has a good certificate of its own. */
class HostileWorkerTest {

  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Path data;

  HostileWorkerTest(@TempDir Path data) {
    this.data = data;
  }

  private static <T> T get(CompletionStage<T> answer) throws Exception {
    return answer.toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  private static void denied(CompletionStage<?> answer) {
    assertThatThrownBy(() -> get(answer))
        .rootCause()
        .isInstanceOfSatisfying(
            StoreException.class,
            refused -> assertThat(refused.kind()).isEqualTo(StoreException.Kind.DENIED));
  }

  @Test
  void a_worker_gets_at_nothing_that_is_not_its_own() throws Exception {
    try (var servers = Servers.first(data);
        var worker = worker(servers)) {
      var server = servers.get(1);
      var token = StoredToken.newBuilder().setId("admin").setHash("cafe").build();
      for (var key : List.of("secrets/shop/db", "workloads/shop/web", "events/shop/web/1")) {
        get(server.commit(put(key, ByteString.copyFromUtf8("secret"))));
      }
      get(server.commit(put(Keys.token("admin"), token.toByteString())));

      for (var prefix :
          List.of("secrets/", "configs/", Keys.TOKENS, Keys.WORKLOADS, Keys.EVENTS, "removed/")) {
        denied(worker.range(RangeQuery.prefix(prefix)));
        denied(worker.range(RangeQuery.prefix(prefix).linearizable()));
      }
      denied(worker.range(new RangeQuery("", "~", 1000, false, 0)));
      denied(worker.range(new RangeQuery("nodes/", "~", 1000, false, 0)));
      denied(worker.commit(put(Keys.token("mine"), token.toByteString())));
      denied(worker.commit(put(Keys.workload("shop", "web"), ByteString.EMPTY)));
      denied(worker.commit(new Txn(List.of(), List.of(new Txn.Write.Delete(Keys.token("admin"))))));
      denied(worker.remove(servers.config(1).identity().nodeUid(), true));
      assertThat(get(server.range(RangeQuery.key(Keys.token("admin")))).entries()).hasSize(1);
    }
  }

  @Test
  void a_worker_is_told_of_the_tokens_that_it_was_shown_and_of_no_others() throws Exception {
    try (var servers = Servers.first(data);
        var worker = worker(servers)) {
      var token = StoredToken.newBuilder().setId("k3f9").setHash("cafe").setRole("read").build();
      get(servers.get(1).commit(put(Keys.token("k3f9"), token.toByteString())));

      assertThat(get(worker.check("k3f9", "cafe"))).contains(token);
      assertThat(get(worker.check("k3f9", ""))).isEmpty();
      assertThat(get(worker.check("k3f9", "beef"))).isEmpty();
      assertThat(get(worker.check("nobody", ""))).isEmpty();
    }
  }

  @Test
  void a_worker_is_told_what_its_own_instances_see_opened_and_of_no_others() throws Exception {
    try (var servers = Servers.first(data);
        var worker = worker(servers)) {
      var server = servers.get(1);
      var key = SecretKeys.generate(0);
      server.keep(List.of(key));
      var record = StoredSecretKeys.newBuilder().setCurrent(key.getId()).addIds(key.getId());
      get(server.commit(put(Keys.SECRET_KEYS, record.build().toByteString())));
      var value = StoredContent.newBuilder().putData("password", utf8("s3cr3t")).build();
      var sealed = server.seal("shop/db", value.toByteArray());
      get(
          server.commit(
              put(
                  Keys.content("shop", "secret/db", "cafe"),
                  StoredContent.newBuilder().setSealed(sealed).build().toByteString())));
      var shown = StoredContent.newBuilder().putData("username", utf8("me")).build();
      var registry =
          StoredSecret.newBuilder()
              .setDeclared(Secret.newBuilder().setNamespace("shop").setName("reg"))
              .setSealed(server.seal("shop/reg", shown.toByteArray()))
              .build();
      get(server.commit(put(Keys.SECRETS + "shop/reg", registry.toByteString())));
      var revision =
          StoredRevision.newBuilder()
              .setInstance(InstanceTemplate.newBuilder().setPullSecret("reg"))
              .addContents(
                  ContentUse.newBuilder()
                      .setKind(ContentKind.CONTENT_SECRET)
                      .setName("db")
                      .setHash("cafe"));
      get(server.commit(put(Keys.revision("shop", "web", 1), revision.build().toByteString())));
      assigned(server, "web-0-a", workerUid);
      assigned(server, "web-1-b", "somebody");

      var told = get(worker.contentsOf(new Question("shop", "web", "web-0-a", 1)));

      assertThat(told.get("secret/db")).containsEntry("password", utf8("s3cr3t"));
      assertThat(told.get("pull-secret/reg")).containsEntry("username", utf8("me"));
      denied(worker.contentsOf(new Question("shop", "web", "web-1-b", 1)));
      denied(worker.contentsOf(new Question("shop", "web", "web-2-c", 1)));
      denied(worker.range(RangeQuery.prefix(Keys.CONTENTS)));
    }
  }

  private static void assigned(RaftStore server, String instance, String nodeUid) throws Exception {
    var assignment = StoredAssignment.newBuilder().setNodeUid(nodeUid).setRevision(1).build();
    get(server.commit(put(Keys.assignment("shop", "web", instance), assignment.toByteString())));
  }

  private static ByteString utf8(String text) {
    return ByteString.copyFromUtf8(text);
  }

  @Test
  void a_worker_does_what_a_worker_does() throws Exception {
    try (var servers = Servers.first(data);
        var worker = worker(servers)) {
      var uid = workerUid;
      var self = StoredNode.newBuilder().setUid(uid).addRoles("worker").build();
      var mine =
          new Txn(
              List.of(new Txn.Condition.Absent(Keys.node(uid))),
              List.of(new Txn.Write.Put(Keys.node(uid), self.toByteString())));

      get(worker.commit(mine));

      assertThat(get(worker.range(RangeQuery.prefix(Keys.NODES).linearizable())).entries())
          .hasSize(1);
      assertThat(get(worker.range(RangeQuery.prefix(Keys.nodeAssignments(uid)))).entries())
          .isEmpty();
      assertThat(get(worker.group()).voters()).hasSize(1);
    }
  }

  @Test
  void nobody_but_servers_speaks_raft_and_a_witness_joins_as_itself_only() throws Exception {
    try (var servers = Servers.first(data)) {
      var worker = servers.admitted(data.resolve("w"), 8, NodeRole.WORKER);
      var witness = servers.admitted(data.resolve("v"), 9, NodeRole.WITNESS);
      var at = servers.config(1).address();
      var join = StoreJoinRequest.newBuilder().setAddress("127.0.0.8:1");

      for (var method : List.of("requestVote", "appendEntries", "installSnapshot", "readIndex")) {
        refused(ask(worker, at, raw("ratis.grpc.RaftServerProtocolService/" + method)));
      }
      for (var service :
          List.of("RaftClientProtocolService/ordered", "AdminProtocolService/setConfiguration")) {
        refused(ask(witness, at, raw("ratis.grpc." + service)));
      }
      for (var uid : List.of(worker.nodeUid(), servers.config(1).identity().nodeUid())) {
        var asWorker = join.setPeerId(uid + "-00000001").build();
        assertThat(get(ask(worker, at, Wire.JOIN, asWorker)).getRefusal().getMessage())
            .contains("is a worker and may not bring a server");
      }
      var forAnother = join.setPeerId(worker.nodeUid() + "-00000001-w").build();
      assertThat(get(ask(witness, at, Wire.JOIN, forAnother)).getRefusal().getMessage())
          .contains("is a witness and may not");
      var remove =
          StoreRemoveRequest.newBuilder().setNodeUid(servers.config(1).identity().nodeUid());
      assertThat(get(ask(worker, at, Wire.REMOVE, remove.build())).getRefusal().getMessage())
          .contains("may not take the server");
      var all = StoreRangeRequest.newBuilder().setTo("~").setLimit(1).build();
      assertThat(get(ask(worker, at, Wire.RANGE, all)).getRefusal().getMessage())
          .contains("may not read");
      refused(ask(worker, at, Wire.WATCH, StoreWatchRequest.newBuilder().setPrefix("tok").build()));
      assertThat(
              get(ask(worker, at, Wire.TOKEN, StoreTokenRequest.newBuilder().setId("x").build()))
                  .getToken())
          .isEmpty();
    }
  }

  private static void refused(CompletionStage<?> answer) {
    assertThatThrownBy(() -> get(answer)).hasMessageContaining("PERMISSION_DENIED");
  }

  private String workerUid = "";

  private RemoteStore worker(Servers servers) throws Exception {
    var identity = servers.admitted(data.resolve("worker"), 9, NodeRole.WORKER);
    workerUid = identity.nodeUid();
    return RemoteStore.connect(identity, List.of(servers.config(1).address()));
  }

  private static Txn put(String key, ByteString value) {
    return new Txn(List.of(), List.of(new Txn.Write.Put(key, value)));
  }

  /** A method of Ratis, called with what would be an empty message of it. */
  private static MethodDescriptor<StoreRangeRequest, com.google.protobuf.Empty> raw(String name) {
    return Wire.RANGE.toBuilder(
            Wire.RANGE.getRequestMarshaller(), io(com.google.protobuf.Empty.parser()))
        .setFullMethodName(name)
        .build();
  }

  private static <M extends com.google.protobuf.Message> MethodDescriptor.Marshaller<M> io(
      com.google.protobuf.Parser<M> parser) {
    return new MethodDescriptor.Marshaller<>() {
      @Override
      public java.io.InputStream stream(M message) {
        return message.toByteString().newInput();
      }

      @Override
      public M parse(java.io.InputStream bytes) {
        try {
          return parser.parseFrom(bytes);
        } catch (com.google.protobuf.InvalidProtocolBufferException garbage) {
          throw new java.io.UncheckedIOException(garbage);
        }
      }
    };
  }

  private static <A> CompletableFuture<A> ask(
      NodeIdentity who, String at, MethodDescriptor<StoreRangeRequest, A> method) throws Exception {
    return ask(who, at, method, StoreRangeRequest.getDefaultInstance());
  }

  private static <Q, A> CompletableFuture<A> ask(
      NodeIdentity who, String at, MethodDescriptor<Q, A> method, Q question) throws Exception {
    var channels = new Channels(who.tls(), Runnable::run);
    return channels
        .ask(at, method, question, PATIENCE)
        .whenComplete((answer, failure) -> channels.close());
  }
}
