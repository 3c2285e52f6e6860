package dev.regrow.core.store.raft;

import dev.regrow.core.identity.TlsFiles;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.RaftConfigKeys;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.grpc.GrpcTlsConfig;
import org.apache.ratis.rpc.SupportedRpcType;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.util.SizeInBytes;
import org.apache.ratis.util.TimeDuration;

/** Ratis' settings, each with the reason why it is not left as it is. */
final class RaftSettings {

  /** Beside the transactions, an entry carries its envelope. */
  private static final int ENVELOPE_BYTES = 64 << 10;

  private RaftSettings() {}

  static RaftProperties properties(RaftStoreConfig config, StoreDirectory directory) {
    var properties = new RaftProperties();
    RaftConfigKeys.Rpc.setType(properties, SupportedRpcType.GRPC);
    RaftServerConfigKeys.setStorageDir(properties, List.of(directory.raft().toFile()));
    rpc(properties, config);
    log(properties, config.tuning());
    elections(properties);
    // A process that slept for an hour is behind, not broken: the elections deal with that.
    RaftServerConfigKeys.setCloseThreshold(properties, TimeDuration.valueOf(365, TimeUnit.DAYS));
    RaftServerConfigKeys.Snapshot.setAutoTriggerEnabled(properties, false); // SnapshotTaker does.
    RaftServerConfigKeys.Snapshot.setTriggerWhenStopEnabled(properties, false);
    RaftServerConfigKeys.Snapshot.setRetentionFileNum(properties, 2);
    RaftServerConfigKeys.Read.setOption(properties, RaftServerConfigKeys.Read.Option.LINEARIZABLE);
    RaftServerConfigKeys.Read.setLeaderLeaseEnabled(properties, true);
    return properties;
  }

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
    // Whatever a snapshot holds is not needed twice.
    RaftServerConfigKeys.Log.setPurgeUptoSnapshotIndex(properties, true);
    RaftServerConfigKeys.Log.setPurgeGap(properties, 1);
    // Else every commit is followed by an entry that only says how far was committed, and by its
    // fsync. That is a hint for the next start, no promise: what is committed lies on a majority,
    // whoever leads next has it, and applies it before it is ready.
    RaftServerConfigKeys.Log.setLogMetadataEnabled(properties, false);
  }

  /** One second held on busy machines; the first election is at once, for a group of one. */
  private static void elections(RaftProperties properties) {
    RaftServerConfigKeys.Rpc.setTimeoutMin(properties, millis(1000));
    RaftServerConfigKeys.Rpc.setTimeoutMax(properties, millis(2000));
    RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMin(properties, millis(10));
    RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMax(properties, millis(30));
  }

  /** Mutual TLS, loopback included. */
  static Parameters parameters(TlsFiles tls) {
    var parameters = new Parameters();
    var config =
        new GrpcTlsConfig(
            tls.key().toFile(), tls.certificate().toFile(), tls.authority().toFile(), true);
    GrpcConfigKeys.TLS.setConf(parameters, config);
    return parameters;
  }

  private static TimeDuration millis(long millis) {
    return TimeDuration.valueOf(millis, TimeUnit.MILLISECONDS);
  }
}
