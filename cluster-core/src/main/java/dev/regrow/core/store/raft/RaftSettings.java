package dev.regrow.core.store.raft;

import dev.regrow.core.identity.NodeTls;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.ratis.RaftConfigKeys;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.grpc.GrpcTlsConfig;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.thirdparty.io.grpc.ServerServiceDefinition;
import org.apache.ratis.util.SizeInBytes;
import org.apache.ratis.util.TimeDuration;

/** Ratis' settings, each with the reason why it is not left as it is. */
final class RaftSettings {

  /** Beside the transactions, an entry carries its envelope. */
  private static final int ENVELOPE_BYTES = 64 << 10;

  private RaftSettings() {}

  static RaftProperties properties(RaftStoreConfig config, StoreDirectory directory) {
    var properties = new RaftProperties();
    RaftConfigKeys.Rpc.setType(properties, new StagingRpc());
    RaftServerConfigKeys.setStorageDir(properties, List.of(directory.raft().toFile()));
    rpc(properties, config);
    log(properties, config.tuning());
    if (config.witness()) {
      // Answers of the last minute, for repeated requests: Sessions keep those that count.
      RaftServerConfigKeys.RetryCache.setExpiryTime(
          properties, TimeDuration.valueOf(2, TimeUnit.SECONDS));
    }
    elections(properties);
    // A process that slept for an hour is behind, not broken: the elections deal with that.
    RaftServerConfigKeys.setCloseThreshold(properties, TimeDuration.valueOf(365, TimeUnit.DAYS));
    RaftServerConfigKeys.Snapshot.setAutoTriggerEnabled(properties, false); // SnapshotTaker does.
    RaftServerConfigKeys.Snapshot.setTriggerWhenStopEnabled(properties, false);
    RaftServerConfigKeys.Snapshot.setRetentionFileNum(properties, 2);
    RaftServerConfigKeys.Read.setOption(properties, RaftServerConfigKeys.Read.Option.LINEARIZABLE);
    // No lease: whether it still leads is asked of a majority each time, not of the clock.
    RaftServerConfigKeys.Read.setLeaderLeaseEnabled(properties, false);
    return properties;
  }

  /** Peers and clients may probe a silent connection every second. */
  private static final long PROBE_SECONDS = 1;

  private static void rpc(RaftProperties properties, RaftStoreConfig config) {
    GrpcConfigKeys.Server.setHost(properties, config.host());
    GrpcConfigKeys.Server.setPort(properties, config.port());
    // Cached pools of its own would start a thread per processor and request.
    RaftServerConfigKeys.ThreadPool.setServerCached(properties, true);
    RaftServerConfigKeys.ThreadPool.setProxyCached(properties, true);
  }

  private static void log(RaftProperties properties, RaftStoreConfig.Tuning tuning) {
    var segment = SizeInBytes.valueOf(tuning.segmentBytes());
    int entryMax = 2 * tuning.txnBytesMax() + ENVELOPE_BYTES;
    RaftServerConfigKeys.Log.setSegmentSizeMax(properties, segment);
    // The defaults (4 MB ahead, 8 MB direct buffer, 200 MB cache) are for larger machines.
    RaftServerConfigKeys.Log.setPreallocatedSize(
        properties, SizeInBytes.valueOf(Math.min(1L << 20, tuning.segmentBytes())));
    RaftServerConfigKeys.Log.Appender.setBufferByteLimit(properties, SizeInBytes.valueOf(entryMax));
    RaftServerConfigKeys.Log.setWriteBufferSize(properties, SizeInBytes.valueOf(entryMax + 8));
    RaftServerConfigKeys.Log.setSegmentCacheNumMax(properties, 2);
    RaftServerConfigKeys.Log.setSegmentCacheSizeMax(properties, segment);
    // By default who was away for 20 s is spoken to once in 5 s, and so takes nobody for its leader
    // for long after it is back.
    RaftServerConfigKeys.Log.Appender.setRetryPolicy(properties, "1ms,10, 150ms,1000000000");
    RaftServerConfigKeys.Rpc.setSlownessTimeout(
        properties, millis(SilentFollowers.AFTER.toMillis()));
    // Whatever a snapshot holds is not needed twice.
    RaftServerConfigKeys.Log.setPurgeUptoSnapshotIndex(properties, true);
    RaftServerConfigKeys.Log.setPurgeGap(properties, 1);
    // Else every commit is followed by an entry that only says how far was committed, and by its
    // fsync. That is a hint for the next start, no promise: what is committed lies on a majority,
    // whoever leads next has it, and applies it before it is ready.
    RaftServerConfigKeys.Log.setLogMetadataEnabled(properties, false);
  }

  /**
   * 600 ms held on busy machines, 300 did not. The first election is at once, for a group of one; a
   * pre-vote keeps it from disturbing others. A leader without followers stops believing in itself
   * soon, so that its writers look for another.
   */
  private static void elections(RaftProperties properties) {
    RaftServerConfigKeys.Rpc.setTimeoutMin(properties, millis(600));
    RaftServerConfigKeys.Rpc.setTimeoutMax(properties, millis(1200));
    RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMin(properties, millis(10));
    RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMax(properties, millis(30));
    RaftServerConfigKeys.LeaderElection.setPreVote(properties, true);
    RaftServerConfigKeys.LeaderElection.setLeaderStepDownWaitTime(properties, millis(2000));
    // A listener far behind is fed a snapshot first; a busy machine takes its time for that.
    RaftServerConfigKeys.setStagingTimeout(properties, millis(10_000));
  }

  /**
   * Mutual TLS, loopback included; each call comes with the name of who makes it.
   *
   * @param self what is said to others that were here before is refused
   * @param service what is served on the same port beside Raft
   */
  static Parameters parameters(
      RaftPeerId self, NodeTls tls, Supplier<ServerServiceDefinition> service) {
    var parameters = new Parameters();
    var gate = new PeerGate(Instant::now);
    var config =
        GrpcTlsConfig.newBuilder()
            .setKeyManager(tls.keys())
            .setTrustManager(tls.trustAlsoLateCallers())
            .setMutualTls(true)
            .setProtocols("TLSv1.3")
            .build();
    GrpcConfigKeys.TLS.setConf(parameters, config);
    GrpcConfigKeys.Server.setServicesCustomizer(
        parameters,
        (builder, types) ->
            builder
                .addService(service.get())
                .addTransportFilter(gate)
                .intercept(new Addressee(self))
                .intercept(gate)
                .permitKeepAliveTime(PROBE_SECONDS, TimeUnit.SECONDS));
    return parameters;
  }

  private static TimeDuration millis(long millis) {
    return TimeDuration.valueOf(millis, TimeUnit.MILLISECONDS);
  }
}
