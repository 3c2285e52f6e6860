package dev.regrow.core.store.raft;

import dev.regrow.core.identity.NodeIdentity;
import dev.regrow.core.store.ChangeHistory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * How a store is opened.
 *
 * @param directory its own; made if it is missing
 * @param host the address to listen on and be reached at
 * @param port TCP
 * @param identity names the group, and proves this server to its peers
 * @param contacts HOST:PORT of servers of the group, through which a new or emptied directory joins
 *     it; empty for the first server. They are remembered beside the identity
 * @param witness whether this server is there for its vote only: it leads just until another can
 * @param tuning the rest
 */
public record RaftStoreConfig(
    Path directory,
    String host,
    int port,
    NodeIdentity identity,
    List<String> contacts,
    boolean witness,
    Tuning tuning) {

  public RaftStoreConfig {
    contacts = List.copyOf(contacts);
  }

  public static RaftStoreConfig of(Path directory, String host, int port, NodeIdentity identity) {
    return new RaftStoreConfig(directory, host, port, identity, List.of(), false, Tuning.DEFAULT);
  }

  public RaftStoreConfig with(Tuning tuning) {
    return new RaftStoreConfig(directory, host, port, identity, contacts, witness, tuning);
  }

  /** The same, joining the group that these servers belong to. */
  public RaftStoreConfig joining(List<String> contacts) {
    return new RaftStoreConfig(directory, host, port, identity, contacts, witness, tuning);
  }

  /** The same, as a witness: it takes little, since nobody watches it and it leads seldom. */
  public RaftStoreConfig asWitness() {
    return new RaftStoreConfig(directory, host, port, identity, contacts, true, tuning.small());
  }

  String address() {
    return host + ":" + port;
  }

  /**
   * What fits most.
   *
   * @param startPatience how long opening waits until this server leads or follows
   * @param commitPatience how long a commit waits for the disks of a majority
   * @param readPatience how long a read waits for its minimum index
   * @param txnBytesMax of one transaction, encoded; larger ones are refused as TOO_LARGE
   * @param snapshotEntries a snapshot is due after so many log entries
   * @param snapshotBytes or after so many bytes of them
   * @param segmentBytes size of one log file
   * @param history what is remembered for watches
   */
  public record Tuning(
      Duration startPatience,
      Duration commitPatience,
      Duration readPatience,
      int txnBytesMax,
      long snapshotEntries,
      long snapshotBytes,
      long segmentBytes,
      ChangeHistory.Bound history) {

    public static final Tuning DEFAULT =
        new Tuning(
            Duration.ofSeconds(30),
            Duration.ofSeconds(5),
            Duration.ofSeconds(5),
            1 << 20,
            20_000,
            16L << 20,
            8L << 20,
            ChangeHistory.Bound.DEFAULT);

    /** The same, with snapshots after so many entries or bytes. */
    public Tuning snapshotEvery(long entries, long bytes) {
      return new Tuning(
          startPatience,
          commitPatience,
          readPatience,
          txnBytesMax,
          entries,
          bytes,
          segmentBytes,
          history);
    }

    /** The same, with little in memory beside what is stored. */
    Tuning small() {
      return new Tuning(
          startPatience,
          commitPatience,
          readPatience,
          txnBytesMax,
          snapshotEntries,
          snapshotBytes,
          Math.min(segmentBytes, 1L << 20), // The newest files are held in memory.
          new ChangeHistory.Bound(500, 1L << 19));
    }

    /** The same, with log files of another size. */
    public Tuning segmentsOf(long bytes) {
      return new Tuning(
          startPatience,
          commitPatience,
          readPatience,
          txnBytesMax,
          snapshotEntries,
          snapshotBytes,
          bytes,
          history);
    }
  }
}
