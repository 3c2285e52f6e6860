package dev.regrow.core.store.raft;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.regrow.core.identity.NodeIdentity;
import dev.regrow.core.store.AssignedContents;
import dev.regrow.core.store.Entry;
import dev.regrow.core.store.Leases;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.RangeResult;
import dev.regrow.core.store.Store;
import dev.regrow.core.store.StoreException;
import dev.regrow.core.store.StoreException.Kind;
import dev.regrow.core.store.StoreGroup;
import dev.regrow.core.store.StoreMembership;
import dev.regrow.core.store.TokenCheck;
import dev.regrow.core.store.Txn;
import dev.regrow.core.store.TxnResult;
import dev.regrow.core.store.WatchListener;
import dev.regrow.v1.StoreContentsRequest;
import dev.regrow.v1.StoreRangePart;
import dev.regrow.v1.StoreRangeRequest;
import dev.regrow.v1.StoreTokenRequest;
import dev.regrow.v1.StoredToken;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The store for a node that keeps none of it (a worker): every question goes to some server, over
 * the store's own transport. What one asker has seen it never sees older again, whichever server
 * answers.
 */
public final class RemoteStore
    implements Store, StoreMembership, TokenCheck, Leases, AssignedContents {

  private static final Logger LOG = LoggerFactory.getLogger(RemoteStore.class);
  private static final long WAITING_BYTES_MAX = 16L << 20;
  private static final int CONTENTS_TRIES = 4;
  private static final long PAUSE_MILLIS = 50;
  private static final Duration ATTEMPT = Duration.ofSeconds(2);

  /** Servers come and go; who they are is asked this often. */
  private static final Duration REFRESH = Duration.ofSeconds(10);

  private final NodeIdentity identity;
  private final RaftStoreConfig.Tuning tuning;
  private final Channels channels;
  private final Guide guide;
  private final Courier courier;
  private final GroupClient group;
  private final LeaseClient leases;
  private final ExecutorService dispatch;
  private final ScheduledExecutorService scheduler;
  private final AtomicLong seen = new AtomicLong();
  private final Set<RemoteWatch> watches = ConcurrentHashMap.newKeySet();
  private volatile List<String> servers;
  private volatile String trouble = "the store was not asked yet";
  private volatile boolean closed;

  private RemoteStore(NodeIdentity identity, List<String> servers, RaftStoreConfig.Tuning tuning)
      throws IOException {
    this.identity = identity;
    this.tuning = tuning;
    this.servers = servers;
    this.dispatch = Executors.newFixedThreadPool(2, RaftStore.threads("store-reply"));
    this.scheduler = Executors.newSingleThreadScheduledExecutor(RaftStore.threads("store-client"));
    this.channels = new Channels(identity.tls(), dispatch);
    this.guide = new Guide(() -> this.servers);
    this.courier =
        new Courier(
            new LeaderRoad(channels, guide), tuning.commitPatience(), WAITING_BYTES_MAX, scheduler);
    this.group = new GroupClient(channels, guide, scheduler, tuning.readPatience());
    this.leases = new LeaseClient(LeaseClient.overTheWire(channels, guide), scheduler);
    var unused =
        scheduler.scheduleWithFixedDelay(
            this::refresh, 0, REFRESH.toMillis(), TimeUnit.MILLISECONDS);
  }

  /**
   * Returns at once; whether anybody answers shows in {@link #health}.
   *
   * @param contacts HOST:PORT of servers of the store, beside those that the identity remembers
   * @throws IOException if no server is named, or the identity cannot be read
   */
  public static RemoteStore connect(NodeIdentity identity, List<String> contacts)
      throws IOException {
    return connect(identity, contacts, RaftStoreConfig.Tuning.DEFAULT);
  }

  static RemoteStore connect(
      NodeIdentity identity, List<String> contacts, RaftStoreConfig.Tuning tuning)
      throws IOException {
    var all = new LinkedHashSet<String>(identity.contacts());
    all.addAll(contacts);
    if (all.isEmpty()) {
      throw new IOException(
          "no server of the store is known to this node; name one that it can join");
    }
    return new RemoteStore(identity, List.copyOf(all), tuning);
  }

  private void refresh() {
    group
        .group()
        .whenComplete(
            (members, failure) -> {
              if (failure != null) {
                Throwable cause = Failures.cause(failure);
                trouble =
                    cause == null
                        ? "the store does not answer"
                        : String.valueOf(cause.getMessage());
                return;
              }
              trouble = members.failuresTolerated() < 0 ? "the store " + members.outlook() : "";
              remember(members.members().stream().map(StoreGroup.Member::address).toList());
            });
  }

  private void remember(List<String> now) {
    if (!now.isEmpty() && !now.equals(servers)) {
      servers = now;
      try {
        identity.rememberContacts(now);
      } catch (IOException failed) {
        LOG.warn("the store's servers are not remembered: {}", failed.getMessage());
      }
    }
  }

  @Override
  public CompletionStage<TxnResult> commit(Txn txn) {
    Keyspace.check(txn);
    var encoded = Commands.encode(txn);
    if (encoded.getSerializedSize() > tuning.txnBytesMax()) {
      return CompletableFuture.failedFuture(RaftStore.tooLarge(encoded, tuning));
    }
    return courier
        .submit(encoded)
        .thenApply(
            result -> {
              if (result instanceof TxnResult.Committed committed) {
                saw(committed.index());
              }
              return result;
            });
  }

  private void saw(long index) {
    seen.accumulateAndGet(index, Math::max);
  }

  @Override
  public CompletionStage<RangeResult> range(RangeQuery query) {
    var answer = new CompletableFuture<RangeResult>();
    RangeQuery monotonic = query.atLeast(Math.max(query.minIndex(), seen.get()));
    range(monotonic, System.nanoTime() + tuning.readPatience().toNanos(), answer);
    return answer;
  }

  private void range(RangeQuery query, long deadlineNanos, CompletableFuture<RangeResult> answer) {
    String address = query.consistent() ? guide.next() : guide.anyone();
    var request =
        StoreRangeRequest.newBuilder()
            .setFrom(query.from())
            .setTo(query.to())
            .setLimit(query.limit())
            .setConsistent(query.consistent())
            .setMinIndex(query.minIndex())
            .build();
    var unusedAnswer =
        channels
            .askForAll(address, Wire.RANGE, request, ATTEMPT)
            .thenApply(parts -> whole(parts))
            .whenComplete(
                (result, failure) -> {
                  if (failure == null) {
                    saw(result.index());
                    answer.complete(result);
                    return;
                  }
                  guide.failed(address);
                  Throwable cause = Failures.cause(failure);
                  if (cause instanceof StoreException known
                      && (known.kind() == Kind.DENIED || known.kind() == Kind.UNKNOWN_INDEX)) {
                    answer.completeExceptionally(known);
                    return;
                  }
                  String why = cause == null ? "no answer" : String.valueOf(cause.getMessage());
                  if (closed || System.nanoTime() - deadlineNanos > 0) {
                    answer.completeExceptionally(
                        new StoreException(
                            closed
                                ? Kind.CLOSED
                                : cause instanceof StoreException known
                                        && known.kind() == Kind.BEHIND
                                    ? Kind.BEHIND
                                    : Kind.NO_MAJORITY,
                            "no server answered the read in time (last: %s); try again"
                                .formatted(why)));
                    return;
                  }
                  var unused =
                      scheduler.schedule(
                          () -> range(query, deadlineNanos, answer),
                          PAUSE_MILLIS,
                          TimeUnit.MILLISECONDS);
                });
  }

  private static RangeResult whole(List<StoreRangePart> parts) {
    var entries = new ArrayList<Entry>();
    long index = 0;
    boolean more = false;
    for (StoreRangePart part : parts) {
      if (part.hasRefusal()) {
        throw Refusals.decode(part.getRefusal());
      }
      part.getEntriesList().forEach(entry -> entries.add(Wire.decode(entry)));
      index = part.getIndex();
      more = part.getMore();
    }
    return new RangeResult(entries, index, more);
  }

  @Override
  public CompletionStage<Long> renew(String nodeUid) {
    return leases.renew(nodeUid);
  }

  @Override
  public CompletionStage<Long> age(String nodeUid) {
    return leases.age(nodeUid);
  }

  @Override
  public Watch watch(String prefix, long afterIndex, WatchListener listener) {
    var watch =
        new RemoteWatch(channels, guide, scheduler, prefix, afterIndex, listener, this::saw);
    watches.add(watch);
    watch.open();
    return () -> {
      watches.remove(watch);
      watch.close();
    };
  }

  /** The newest index that any server has told this node of. */
  @Override
  public long appliedIndex() {
    return seen.get();
  }

  @Override
  public Health health() {
    String now = closed ? "the store is closed" : trouble;
    return new Health(now.isEmpty(), now.isEmpty() ? "writes are accepted" : now, false, 0, 0);
  }

  @Override
  public CompletionStage<String> expelled() {
    return channels.expelled();
  }

  @Override
  public CompletionStage<Optional<StoredToken>> check(String id, String hash) {
    String address = guide.anyone();
    return channels
        .ask(
            address,
            Wire.TOKEN,
            StoreTokenRequest.newBuilder().setId(id).setHash(hash).build(),
            ATTEMPT)
        .thenApply(
            reply -> {
              if (reply.hasRefusal()) {
                throw Refusals.decode(reply.getRefusal());
              }
              return stored(reply.getToken());
            });
  }

  @Override
  public CompletionStage<Map<String, Map<String, ByteString>>> contentsOf(Question question) {
    var request =
        StoreContentsRequest.newBuilder()
            .setNamespace(question.namespace())
            .setWorkload(question.workload())
            .setInstanceId(question.instanceId())
            .setEpoch(question.epoch())
            .build();
    return contents(request, CONTENTS_TRIES);
  }

  /** Asks one server after the other. */
  private CompletionStage<Map<String, Map<String, ByteString>>> contents(
      StoreContentsRequest request, int tries) {
    String address = guide.anyone();
    return channels
        .ask(address, Wire.CONTENTS, request, ATTEMPT)
        .thenApply(ContentsDesk::decode)
        .exceptionallyCompose(
            failure -> {
              guide.failed(address);
              Throwable cause = Failures.cause(failure);
              boolean denied = cause instanceof StoreException known && known.kind() == Kind.DENIED;
              if (tries > 1 && !denied && !closed) {
                return contents(request, tries - 1).toCompletableFuture();
              }
              return CompletableFuture.failedFuture(
                  cause instanceof StoreException known
                      ? known
                      : new StoreException(
                          Kind.NO_MAJORITY,
                          "no server answered what an instance is to see (last: %s)"
                              .formatted(cause == null ? "none" : cause.getMessage())));
            });
  }

  private static Optional<StoredToken> stored(ByteString token) {
    try {
      return token.isEmpty() ? Optional.empty() : Optional.of(StoredToken.parseFrom(token));
    } catch (InvalidProtocolBufferException garbage) {
      throw new StoreException(Kind.NO_MAJORITY, "a server's answer cannot be read", garbage);
    }
  }

  @Override
  public CompletionStage<StoreGroup> group() {
    return group.group();
  }

  @Override
  public CompletionStage<StoreGroup> remove(String nodeUid, boolean force) {
    return group.remove(nodeUid, force);
  }

  @Override
  public void close() {
    closed = true;
    courier.close();
    watches.forEach(RemoteWatch::close);
    channels.close();
    scheduler.shutdown();
    dispatch.shutdown();
  }
}
