package dev.regrow.gateway.auth;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.StoreException;
import dev.regrow.core.store.Txn;
import dev.regrow.core.store.testing.InMemoryStore;
import dev.regrow.v1.StoredToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TokensTest {

  private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");

  private final Tokens tokens = new Tokens(Clock.fixed(NOW, ZoneOffset.UTC));
  private final String admin = TokenText.random(AdminToken.ID);

  @Test
  void a_token_counts_whole_known_and_not_expired() {
    var reader = TokenText.random("r1");
    var old = TokenText.random("r2");
    tokens.replaceAll(
        List.of(
            stored(reader, "read", 0),
            stored(old, "admin", NOW.toEpochMilli()),
            stored(admin, "emperor", 0)));

    assertThat(tokens.roleOf(reader)).contains(Role.READ);
    assertThat(tokens.roleOf(reader + "x")).isEmpty();
    assertThat(tokens.roleOf("r1.")).isEmpty();
    assertThat(tokens.roleOf("")).isEmpty();
    assertThat(tokens.roleOf(old)).isEmpty();
    assertThat(tokens.roleOf(admin)).as("a role of a later release may do nothing").isEmpty();
  }

  @Test
  void an_unknown_token_may_be_good_until_the_store_has_told_its_own() {
    assertThat(tokens.isWaiting()).isFalse();
    tokens.waitForStore();

    tokens.replaceAll(List.of(stored(admin, "admin", 0)));
    assertThat(tokens.isWaiting()).as("what the node knew when it ran last").isTrue();
    assertThat(tokens.roleOf(admin)).contains(Role.ADMIN);

    tokens.replaceAll(7, List.of(stored(admin, "admin", 0)));
    assertThat(tokens.isWaiting()).isFalse();
  }

  @Test
  void roles_may_do_what_lesser_roles_may() {
    assertThat(Role.ADMIN.allows(Role.DEPLOY)).isTrue();
    assertThat(Role.DEPLOY.allows(Role.READ)).isTrue();
    assertThat(Role.READ.allows(Role.DEPLOY)).isFalse();
  }

  @Test
  void a_token_for_joining_is_for_nothing_else() {
    for (var role : Role.values()) {
      assertThat(Role.JOIN.allows(role)).as(role.text()).isEqualTo(role == Role.JOIN);
      assertThat(role.allows(Role.JOIN)).as(role.text()).isEqualTo(role == Role.JOIN);
    }
  }

  @Test
  void what_was_read_before_a_revocation_brings_no_token_back() {
    var reader = TokenText.random("r1");
    tokens.replaceAll(5, List.of(stored(reader, "read", 0)));
    tokens.replaceAll(7, List.of());

    tokens.replaceAll(6, List.of(stored(reader, "read", 0)));

    assertThat(tokens.roleOf(reader)).isEmpty();
  }

  @Test
  void the_admin_token_is_stored_as_a_hash_and_once(@TempDir Path folder) throws Exception {
    try (var store = new InMemoryStore()) {
      AdminToken.ensure(store, admin, 1).toCompletableFuture().join();
      long index = store.appliedIndex();
      AdminToken.ensure(store, admin, 2).toCompletableFuture().join();

      assertThat(store.appliedIndex()).isEqualTo(index);
      var entry =
          store
              .range(dev.regrow.core.store.RangeQuery.key(Keys.token(AdminToken.ID)))
              .toCompletableFuture()
              .join()
              .entries()
              .get(0);
      assertThat(entry.value().toStringUtf8()).doesNotContain(admin);
      assertThat(StoredToken.parseFrom(entry.value()).getHash()).isEqualTo(TokenText.hash(admin));
    }
  }

  @Test
  void tokens_follow_the_store_and_are_remembered_while_it_is_away(@TempDir Path folder)
      throws IOException {
    var file = new TokenFile(folder.resolve("tokens"));
    var store = new InMemoryStore();
    AdminToken.ensure(store, admin, 1).toCompletableFuture().join();
    try (var sync = TokenSync.start(store, tokens, file, ForkJoinPool.commonPool())) {
      await(() -> tokens.roleOf(admin).isPresent());

      var reader = TokenText.random("r1");
      put(store, stored(reader, "read", 0));
      await(() -> tokens.roleOf(reader).isPresent());
      assertThat(sync).isNotNull();
      await(() -> remembered(file) == 2);
    }
    store.close();

    var later = new Tokens(Clock.systemUTC());
    later.replaceAll(file.read());
    assertThat(later.roleOf(admin)).contains(Role.ADMIN);
    assertThat(
            PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("tokens"))))
        .isEqualTo("rw-------");
    assertThat(Files.readString(folder.resolve("tokens"))).doesNotContain(admin);
  }

  @Test
  void a_damaged_record_is_read_again_until_it_is_whole(@TempDir Path folder) throws IOException {
    var file = new TokenFile(folder.resolve("tokens"));
    try (var store = new InMemoryStore()) {
      var reader = TokenText.random("r1");
      store
          .commit(
              new Txn(
                  List.of(),
                  List.of(new Txn.Write.Put(Keys.token("r1"), ByteString.copyFromUtf8("\u0007")))))
          .toCompletableFuture()
          .join();
      try (var sync = TokenSync.start(store, tokens, file, ForkJoinPool.commonPool())) {
        assertThat(sync).isNotNull();
        put(store, stored(reader, "read", 0));
        await(() -> tokens.roleOf(reader).isPresent());
      }
    }
  }

  @Test
  void once_it_is_closed_the_copy_is_left_alone(@TempDir Path folder) {
    var copy = folder.resolve("tokens");
    var later = new ArrayDeque<Runnable>();
    try (var store = new InMemoryStore()) {
      TokenSync.start(store, tokens, new TokenFile(copy), later::add).close();
      while (!later.isEmpty()) {
        later.remove().run();
      }
    }

    assertThat(copy).doesNotExist();
  }

  @Test
  void a_store_that_refuses_fails_the_making_of_the_token() {
    try (var store = new InMemoryStore()) {
      store.refuseWrites(StoreException.Kind.DISK_FULL);

      assertThat(AdminToken.ensure(store, admin, 1).toCompletableFuture())
          .isCompletedExceptionally();
    }
  }

  private static int remembered(TokenFile file) {
    try {
      return file.read().size();
    } catch (IOException e) {
      return -1;
    }
  }

  private static void put(InMemoryStore store, StoredToken token) {
    store
        .commit(
            new Txn(
                List.of(),
                List.of(new Txn.Write.Put(Keys.token(token.getId()), token.toByteString()))))
        .toCompletableFuture()
        .join();
  }

  private static StoredToken stored(String token, String role, long expiresAt) {
    return StoredToken.newBuilder()
        .setId(TokenText.idOf(token))
        .setRole(role)
        .setHash(TokenText.hash(token))
        .setExpiresAt(expiresAt)
        .build();
  }

  private static void await(BooleanSupplier fact) {
    long deadline = System.nanoTime() + 10_000_000_000L;
    while (!fact.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waiting for the tokens of the store").isLessThan(deadline);
      LockSupport.parkNanos(2_000_000);
    }
  }
}
