package dev.regrow.gateway;

import dev.regrow.actors.bootstrap.RegrowNode;
import dev.regrow.client.Context;
import dev.regrow.client.ContextFile;
import dev.regrow.core.identity.NodeIdentity;
import dev.regrow.core.store.TokenCheck;
import dev.regrow.gateway.auth.AdminToken;
import dev.regrow.gateway.auth.Role;
import dev.regrow.gateway.auth.TokenFile;
import dev.regrow.gateway.auth.TokenQuestions;
import dev.regrow.gateway.auth.TokenSync;
import dev.regrow.gateway.auth.TokenText;
import dev.regrow.gateway.auth.Tokens;
import dev.regrow.v1.StoredToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The tokens of a node: the admin's in the context file, the hashes of all in store and copy. */
final class Admission implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Admission.class);

  private static final String COPY = "tokens";
  private static final Duration CONTEXT_AGAIN = Duration.ofSeconds(10);

  private final ScheduledExecutorService later;
  private final OwnContextFile contextFile;
  private final Path data;
  private final Clock clock;
  private final Tokens tokens;
  private final String adminToken;
  private volatile @Nullable AutoCloseable sync;

  private Admission(
      ScheduledExecutorService later,
      OwnContextFile contextFile,
      Path data,
      Clock clock,
      Tokens tokens,
      String adminToken) {
    this.later = later;
    this.contextFile = contextFile;
    this.data = data;
    this.clock = clock;
    this.tokens = tokens;
    this.adminToken = adminToken;
  }

  /**
   * Reads the context file of an earlier start, or makes a new admin token for the first.
   *
   * @param joins a node that joins a cluster has no token of its own, nor at any later start
   */
  static Admission open(Path data, Clock clock, boolean joins) {
    var later = Executors.newSingleThreadScheduledExecutor(Admission::thread);
    var contextFile =
        new OwnContextFile(
            ContextFile.at(data.resolve("context.json")),
            write -> {
              var unused = later.schedule(write, CONTEXT_AGAIN.toSeconds(), TimeUnit.SECONDS);
            });
    Optional<Context> before;
    try {
      before = contextFile.read();
    } catch (IOException e) {
      throw StartFailure.refused(e.getMessage() + "; a new admin token is made then");
    }
    var tokens = new Tokens(clock);
    tokens.waitForStore();
    // What this node knew when it ran last counts until the store has told.
    var known = new ArrayList<>(readCopy(data));
    var token = "";
    if (!joins && before.filter(earlier -> earlier.token().isEmpty()).isEmpty()) {
      token =
          before
              .map(Context::token)
              .filter(earlier -> TokenText.idOf(earlier).equals(AdminToken.ID))
              .orElseGet(() -> TokenText.random(AdminToken.ID));
      // So does this one: this node made it.
      known.removeIf(other -> other.getId().equals(AdminToken.ID));
      known.add(
          StoredToken.newBuilder()
              .setId(AdminToken.ID)
              .setRole(Role.ADMIN.text())
              .setHash(TokenText.hash(token))
              .build());
    }
    tokens.replaceAll(known);
    return new Admission(later, contextFile, data, clock, tokens, token);
  }

  private static List<StoredToken> readCopy(Path data) {
    try {
      return copy(data).read();
    } catch (IOException e) {
      LOG.warn(
          "The copy of the token hashes is unreadable, so the store's are awaited: {}",
          e.getMessage());
      return List.of();
    }
  }

  private static TokenFile copy(Path data) {
    return new TokenFile(data.resolve(COPY));
  }

  Tokens tokens() {
    return tokens;
  }

  /** Writes the context file, as soon as the addresses are known and before the token is stored. */
  void writeContext(NodeOptions options, NodeIdentity identity) {
    long pid = ProcessHandle.current().pid();
    var node =
        new Context.LocalNode(
            options.name(), options.gatewayUrl(), pid, startTime(), data.toString());
    contextFile.write(
        new Context(
            options.gatewayUrl(),
            adminToken,
            authority(options, identity),
            Context.DEFAULT_NAMESPACE,
            List.of(node)));
  }

  private static String authority(NodeOptions options, NodeIdentity identity) {
    if (!options.gatewayUrl().startsWith("https:")) {
      return "";
    }
    try {
      return Files.readString(identity.tls().authority());
    } catch (IOException e) {
      throw StartFailure.refused("cannot read the CA's certificate: " + e);
    }
  }

  /** Makes the store know the admin token, then follows the store's tokens. */
  CompletionStage<Void> follow(RegrowNode node, Executor blocking) {
    var store = node.store();
    if (store.isEmpty()) {
      return CompletableFuture.failedFuture(new IllegalStateException("the store is not open"));
    }
    if (store.get() instanceof TokenCheck check) {
      ask(check);
      return CompletableFuture.completedFuture(null);
    }
    var known =
        adminToken.isEmpty()
            ? CompletableFuture.<Void>completedFuture(null)
            : AdminToken.ensure(store.get(), adminToken, clock.millis());
    return known.thenRun(() -> sync = TokenSync.start(store.get(), tokens, copy(data), blocking));
  }

  /** A node that may not read the hashes keeps none either. */
  private void ask(TokenCheck check) {
    tokens.replaceAll(List.of());
    try {
      Files.deleteIfExists(data.resolve(COPY));
    } catch (IOException e) {
      LOG.warn("Delete {}, nobody needs it: {}", data.resolve(COPY), e.getMessage());
    }
    sync =
        TokenQuestions.start(
            check,
            tokens,
            Executors.newSingleThreadScheduledExecutor(Admission::thread),
            System::nanoTime);
  }

  private static Thread thread(Runnable work) {
    var thread = new Thread(work, "tokens");
    thread.setDaemon(true);
    return thread;
  }

  /** Field 22 of /proc/self/stat, clock ticks since boot; 0 when it cannot be read. */
  private static long startTime() {
    try {
      var stat = Files.readString(Path.of("/proc/self/stat"));
      var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      return Long.parseLong(fields[19]);
    } catch (IOException e) {
      return 0;
    }
  }

  @Override
  public void close() {
    later.shutdownNow();
    var running = sync;
    if (running != null) {
      try {
        running.close();
      } catch (Exception e) {
        LOG.warn("Following the tokens did not end cleanly: {}", e.getMessage());
      }
    }
  }
}
