package dev.regrow.core.store.raft;

import com.google.protobuf.ByteString;
import dev.regrow.core.disk.SpaceGuard;
import dev.regrow.core.store.AssignedContents;
import dev.regrow.core.store.Entry;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.Leases;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.RangeResult;
import dev.regrow.core.store.Removed;
import dev.regrow.core.store.Replica;
import dev.regrow.core.store.Store;
import dev.regrow.core.store.StoreException;
import dev.regrow.core.store.StoreException.Kind;
import dev.regrow.core.store.StoreGroup;
import dev.regrow.core.store.StoreMembership;
import dev.regrow.core.store.StoreState;
import dev.regrow.core.store.Txn;
import dev.regrow.core.store.TxnResult;
import dev.regrow.core.store.Vault;
import dev.regrow.core.store.WatchListener;
import dev.regrow.v1.Sealed;
import dev.regrow.v1.SecretKey;
import dev.regrow.v1.StoreLeaseReply;
import dev.regrow.v1.StoreLeaseRequest;
import dev.regrow.v1.StoreTermReply;
import dev.regrow.v1.StoreTermRequest;
import dev.regrow.v1.StoreTxn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The store on the disks of a Raft group, of which this is one server.
 *
 * <p>A commit is encoded and taken by the {@link Courier} to whoever leads: in-process if that is
 * this server, else over the wire. There it is batched with others by the {@link Proposer} into one
 * log entry, fsynced on a majority, applied to the {@link Replica} by the {@link StoreMachine}, and
 * then acknowledged. Reads and watches are answered by this server's own replica.
 */
public final class RaftStore implements Store, StoreMembership, Leases, AssignedContents, Vault {

  private static final int REPLY_THREADS = 2;
  private static final long WAITING_BYTES_MAX = 64L << 20;

  /** A follower has what its leader acknowledged a moment later. */
  private static final Duration USUALLY_BEHIND = Duration.ofMillis(500);

  private static final Duration TERM_WITHIN = Duration.ofMillis(700);

  /** Who is busy leads all the same. */
  private static final Duration THERE_WITHIN = Duration.ofSeconds(2);

  private final RaftStoreConfig config;
  private final SpaceGuard space;
  private final ExecutorService dispatch =
      Executors.newFixedThreadPool(REPLY_THREADS, threads("store-reply"));
  private final ScheduledExecutorService scheduler =
      Executors.newSingleThreadScheduledExecutor(threads("store-proposer"));
  private final Replica replica;
  private final Channels channels;
  private final GroupClient group;
  private final Seat seat;
  private final RaftKeeper keeper;
  private final Proposer proposer;
  private final LeaderRoad road;
  private final Guide guide;
  private final Courier courier;
  private final StoreService service;
  private final ReadIndex readIndex;
  private final LeaseDesk leaseDesk;
  private final LeaseClient leases;
  private final ContentsDesk contents;
  private final KeyVault vault;
  private volatile boolean closed;

  private RaftStore(RaftStoreConfig config, StoreDirectory directory, SpaceGuard.Limits limits)
      throws IOException {
    this.config = config;
    this.space = new SpaceGuard(directory.ballast(), limits);
    this.replica = new Replica(config.tuning().history(), dispatch);
    List<String> contacts = Seat.contacts(config);
    this.channels = new Channels(config.identity().tls(), dispatch);
    var groupGuide = new Guide(this::serversAndSelf);
    this.group = new GroupClient(channels, groupGuide, scheduler, config.tuning().readPatience());
    var rollCall = new RollCall(config.address(), server -> termOf(server, THERE_WITHIN));
    this.seat = new Seat(config, group, rollCall, contacts);
    this.keeper = new RaftKeeper(config, directory, new AppliedState(replica), space, seat);
    this.proposer =
        new Proposer(
            keeper,
            new Proposer.Limits(config.tuning().txnBytesMax(), WAITING_BYTES_MAX),
            scheduler,
            dispatch,
            Proposer.PAUSE);
    this.guide = new Guide(List::of);
    this.road = new LeaderRoad(channels, guide);
    this.courier =
        new Courier(this::attempt, config.tuning().commitPatience(), WAITING_BYTES_MAX, scheduler);
    var confirmation = new Confirmation(this::leading, this::termOf);
    this.readIndex =
        new ReadIndex(config.address(), keeper, confirmation, channels, replica, scheduler);
    this.leaseDesk = new LeaseDesk(keeper::current, replica::index, confirmation);
    this.leases = new LeaseClient(this::askAboutLease, scheduler);
    this.vault = new KeyVault(config.identity().secretKeys(), this::present, channels);
    this.contents = new ContentsDesk(this, vault);
    this.service =
        new StoreService(
            this,
            this::write,
            new RosterKeeper(keeper::current, seat::inBetween),
            leaseDesk,
            keeper::leaderAddress,
            new Gatekeeper(this::removal),
            this::present,
            new RenewalDesk(config.identity(), this::present),
            contents,
            vault);
  }

  private @Nullable Entry present(String key) {
    List<Entry> found = replica.read(state -> state.range(RangeQuery.key(key))).entries();
    return found.isEmpty() ? null : found.get(0);
  }

  /**
   * Opens the store in its directory; what a new or emptied one means is decided by what the node
   * remembers: the identity that was made for a new cluster forms a group of one, once; with
   * contacts it joins as a new member; else it is refused, as data was lost.
   *
   * <p>Returns once a group of one takes writes. A member of a larger group may return before it
   * knows a leader or was let in: {@link #health} says so, and commits and reads wait within their
   * patience.
   *
   * @throws IOException if the disk, the address or the data do not allow it; the message says what
   *     helps
   */
  public static RaftStore open(RaftStoreConfig config) throws IOException {
    new StoreDirectory(config.directory()).make();
    long total = Files.getFileStore(config.directory()).getTotalSpace();
    return open(config, SpaceGuard.Limits.forDisk(total));
  }

  /** Deletes what a server kept that is none any more. */
  public static void discard(Path directory) throws IOException {
    StoreDirectory.deleteTree(directory);
  }

  /** The same, with other limits of disk space than the disk's size suggests. */
  static RaftStore open(RaftStoreConfig config, SpaceGuard.Limits limits) throws IOException {
    var directory = new StoreDirectory(config.directory());
    directory.make();
    var store = new RaftStore(config, directory, limits);
    try {
      store.keeper.start(store.service::definition, store::hearNews);
    } catch (IOException | RuntimeException failed) {
      store.close();
      throw failed;
    }
    return store;
  }

  private void hearNews() {
    leaseDesk.look();
    road.leads(keeper.leaderAddress());
  }

  private Optional<String> removal(String nodeUid) {
    var record = replica.read(state -> state.range(RangeQuery.key(Keys.removed(nodeUid))));
    return record.entries().stream().findFirst().map(entry -> Removed.words(entry.value()));
  }

  @Override
  public CompletionStage<String> outgrown() {
    return keeper.outgrown();
  }

  @Override
  public CompletionStage<Void> letGo() {
    return keeper.letGo();
  }

  @Override
  public CompletionStage<String> expelled() {
    return channels.expelled();
  }

  private CompletableFuture<StoreLeaseReply> askAboutLease(
      StoreLeaseRequest question, Duration patience) {
    String leader = keeper.leaderAddress();
    if (keeper.isReady() || leader.isEmpty() || leader.equals(config.address())) {
      return leaseDesk.answer(question);
    }
    guide.leads(leader);
    return LeaseClient.overTheWire(channels, guide).ask(question, patience);
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
  public CompletionStage<Map<String, Map<String, ByteString>>> contentsOf(Question question) {
    return contents.contentsOf(question);
  }

  @Override
  public Sealed seal(String boundTo, byte[] content) {
    return vault.seal(boundTo, content);
  }

  @Override
  public byte[] open(String boundTo, Sealed sealed) {
    return vault.open(boundTo, sealed);
  }

  @Override
  public String hash(byte[] content) {
    return vault.hash(content);
  }

  @Override
  public String current() {
    return vault.current();
  }

  @Override
  public List<SecretKey> keys() {
    return vault.keys();
  }

  @Override
  public void keep(List<SecretKey> keys) {
    vault.keep(keys);
  }

  @Override
  public CompletionStage<List<SecretKey>> exchange(String address, List<SecretKey> give) {
    return vault.exchange(address, give);
  }

  private List<String> serversAndSelf() {
    return Stream.concat(Stream.of(config.address()), seat.servers().stream()).toList();
  }

  @Override
  public CompletionStage<TxnResult> commit(Txn txn) {
    Keyspace.check(txn);
    var encoded = Commands.encode(txn);
    if (encoded.getSerializedSize() > config.tuning().txnBytesMax()) {
      return CompletableFuture.failedFuture(tooLarge(encoded, config.tuning()));
    }
    return courier.submit(encoded);
  }

  static StoreException tooLarge(StoreTxn txn, RaftStoreConfig.Tuning tuning) {
    return new StoreException(
        Kind.TOO_LARGE,
        "a transaction of %d bytes is more than the store takes at once (%d); make it smaller or split it"
            .formatted(txn.getSerializedSize(), tuning.txnBytesMax()));
  }

  private CompletableFuture<TxnResult> attempt(StoreTxn txn, Duration patience) {
    if (keeper.isReady()) {
      return write(txn, patience);
    }
    String leader = keeper.leaderAddress();
    if (leader.isEmpty() || leader.equals(config.address())) {
      return write(txn, patience);
    }
    guide.leads(leader);
    return road.attempt(txn, patience);
  }

  /** Here, if this server leads. */
  private CompletableFuture<TxnResult> write(StoreTxn txn, Duration patience) {
    SpaceGuard.Level level = space.level();
    if (level != SpaceGuard.Level.AMPLE && !(level == SpaceGuard.Level.SCARCE && shrinks(txn))) {
      return CompletableFuture.failedFuture(
          keeper.yieldsLead()
              ? new Proposer.NotProposed("another server is to lead, where there is room")
              : new StoreException(Kind.DISK_FULL, keeper.diskFull()));
    }
    return proposer.submit(txn, patience);
  }

  private boolean shrinks(StoreTxn txn) {
    return replica.read(state -> Keyspace.shrinks(Commands.decode(txn).txn(), state));
  }

  @Override
  public CompletionStage<RangeResult> range(RangeQuery query) {
    if (closed) {
      return CompletableFuture.failedFuture(closedNow());
    }
    Duration patience = config.tuning().readPatience();
    if (query.consistent()) {
      return confirmed(query, patience);
    }
    return replica
        .range(query, USUALLY_BEHIND)
        .exceptionallyCompose(
            failure -> isBehind(failure) ? confirmed(query, patience) : failed(failure));
  }

  private CompletableFuture<RangeResult> confirmed(RangeQuery query, Duration patience) {
    return readIndex.reached(patience).thenApplyAsync(reached -> known(query), dispatch);
  }

  /** Now that this replica has all that anybody was told of. */
  private RangeResult known(RangeQuery query) {
    if (query.minIndex() > replica.index()) {
      throw new StoreException(
          Kind.UNKNOWN_INDEX,
          "index %d is none of this cluster, which has come to %d: ask without it"
              .formatted(query.minIndex(), replica.index()));
    }
    return replica.read(state -> state.range(query));
  }

  private static boolean isBehind(Throwable failure) {
    return Failures.cause(failure) instanceof StoreException known && known.kind() == Kind.BEHIND;
  }

  private static <T> CompletableFuture<T> failed(Throwable failure) {
    return CompletableFuture.failedFuture(failure);
  }

  private Optional<Confirmation.Leading> leading() {
    RaftNode current = keeper.current();
    return current == null ? Optional.empty() : current.leading();
  }

  private CompletableFuture<Long> termOf(String address) {
    return termOf(address, TERM_WITHIN);
  }

  private CompletableFuture<Long> termOf(String address, Duration within) {
    return channels
        .ask(address, Wire.TERM, StoreTermRequest.getDefaultInstance(), within)
        .thenApply(StoreTermReply::getTerm);
  }

  static StoreException closedNow() {
    return new StoreException(Kind.CLOSED, "the store is closed");
  }

  @Override
  public Watch watch(String prefix, long afterIndex, WatchListener listener) {
    return replica.watch(prefix, afterIndex, listener);
  }

  @Override
  public long appliedIndex() {
    return replica.index();
  }

  @Override
  public Health health() {
    String trouble = closed ? "the store is closed" : keeper.trouble();
    return new Health(
        trouble.isEmpty(),
        trouble.isEmpty() ? accepted(keeper.slowness()) : trouble,
        keeper.isLeader(),
        replica.read(StoreState::size),
        keeper.snapshotIndex());
  }

  @Override
  public List<String> troubles() {
    return Stream.of(keeper.ownTrouble(), keeper.slowness())
        .filter(words -> !words.isEmpty())
        .toList();
  }

  private static String accepted(String slowness) {
    return slowness.isEmpty() ? "writes are accepted" : "writes are accepted, but " + slowness;
  }

  @Override
  public CompletionStage<StoreGroup> group() {
    return group.group();
  }

  @Override
  public CompletionStage<StoreGroup> lookAround() {
    RaftNode current = keeper.current();
    if (current == null) {
      return CompletableFuture.failedFuture(new StoreException(Kind.NO_MAJORITY, keeper.trouble()));
    }
    try {
      return new RollCall(config.address(), this::termOf).of(current.group().view());
    } catch (IOException closing) {
      return CompletableFuture.failedFuture(closing);
    }
  }

  @Override
  public CompletionStage<StoreGroup> remove(String nodeUid, boolean force) {
    if (nodeUid.equals(config.identity().nodeUid())) {
      seat.leaves();
    }
    return group.remove(nodeUid, force);
  }

  @Override
  public void close() {
    close(true);
  }

  /** With all the others of its group: there is nobody to hand over to. */
  void closeWithOthers() {
    close(false);
  }

  private void close(boolean handsOver) {
    if (closed) {
      return;
    }
    closed = true;
    readIndex.close();
    courier.close();
    if (handsOver) {
      keeper.handOver();
    }
    keeper.close();
    proposer.close();
    channels.close();
    replica.close();
    scheduler.shutdown();
    dispatch.shutdown();
  }

  RaftKeeper keeper() {
    return keeper;
  }

  static ThreadFactory threads(String name) {
    var count = new AtomicInteger();
    return task -> {
      var thread = new Thread(task, name + "-" + count.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }
}
