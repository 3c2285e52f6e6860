package dev.regrow.core.store.raft;

import dev.regrow.core.disk.DurableFile;
import dev.regrow.v1.StorePeer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What lies in the store's directory, and what may therefore be started.
 *
 * <pre>
 * peer             who this server is in the group; made once, with the directory
 * raft/GROUP/      Ratis' own: log, snapshots, term and vote
 * raft.former/     the same of this server's former self, which was damaged or removed
 * lock             held while a process has it open
 * ballast          space that is freed when the disk is full
 * pace             how far the log went; written now and then, which shows how fast the disk is
 * </pre>
 */
final class StoreDirectory {

  private static final Logger LOG = LoggerFactory.getLogger(StoreDirectory.class);

  private final Path root;

  StoreDirectory(Path root) {
    this.root = root;
  }

  /** Whether the log is made or continued. */
  enum Start {
    /** Made, as the first of its group. */
    FOUND,
    /** Made empty, for a group that is there already. */
    JOIN,
    RECOVER
  }

  Path raft() {
    return root.resolve("raft");
  }

  Path group(StorePeer peer) {
    return raft().resolve(peer.getGroupId());
  }

  Path ballast() {
    return root.resolve("ballast");
  }

  /** Written now and then: how far the log went, and how fast the disk is. */
  Path pace() {
    return root.resolve("pace");
  }

  Path root() {
    return root;
  }

  private Path peerFile() {
    return root.resolve("peer");
  }

  /**
   * Who this server is; made now if the directory is new.
   *
   * @param name for a new one
   */
  StorePeer peer(UUID group, String name) throws IOException {
    if (Files.exists(peerFile())) {
      return known(group);
    }
    if (holdsAnything(raft())) {
      throw new Damaged(
          "%s holds a log, but %s, which says whose it is, is missing"
              .formatted(raft(), peerFile()),
          "restore %s from a backup".formatted(root));
    }
    var peer = StorePeer.newBuilder().setPeerId(name).setGroupId(group.toString()).build();
    write(peer);
    return peer;
  }

  private StorePeer known(UUID group) throws IOException {
    String file = peerFile().toString();
    var peer = StorePeer.parseFrom(Checksums.open(Files.readAllBytes(peerFile()), file));
    if (!peer.getGroupId().equals(group.toString())) {
      throw new IOException(
          "%s belongs to the cluster %s, and this node's identity to %s; give the node the directory of its own cluster"
              .formatted(root, peer.getGroupId(), group));
    }
    return peer;
  }

  /** Makes the directories, for the owner only. */
  void make() throws IOException {
    DurableFile.makeDirectory(root);
    DurableFile.makeDirectory(raft());
  }

  /**
   * Takes the directory for this process, until the lock is closed.
   *
   * @throws IOException if another store has it
   */
  FileChannel lock() throws IOException {
    make();
    Path file = root.resolve("lock");
    var channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      if (channel.tryLock() != null) {
        return channel;
      }
    } catch (OverlappingFileLockException here) {
      LOG.debug("{} is locked by this very process", file);
    } catch (IOException failed) {
      channel.close();
      throw failed;
    }
    channel.close();
    throw new IOException(
        "%s is in use by another running node; stop that one, or give this one a directory of its own"
            .formatted(root));
  }

  /** Notes that the group exists; from now on its log is never made anew. */
  StorePeer formed(StorePeer peer) throws IOException {
    StorePeer formed = peer.toBuilder().setFormed(true).build();
    write(formed);
    return formed;
  }

  /** Notes that the group has let go of this server. */
  StorePeer removed(StorePeer peer) throws IOException {
    StorePeer removed = peer.toBuilder().setRemoved(true).build();
    write(removed);
    return removed;
  }

  /** Whether what was logged under this name says that the group has let it in. */
  boolean isMember(StorePeer peer) throws IOException {
    return Files.isDirectory(group(peer).resolve("current"))
        && LoggedGroup.read(group(peer)).includes(peer.getPeerId());
  }

  /** Clears what was never let into a group; what was set aside stays. */
  void clear() throws IOException {
    deleteTree(raft());
    Files.deleteIfExists(pace());
    Files.deleteIfExists(peerFile()); // Last: whoever finds a log without a name calls it damaged.
    make();
  }

  /** What was set aside last. */
  Path former() {
    return root.resolve("raft.former");
  }

  /**
   * Makes room for a new server: what the former one wrote is set aside as {@code raft.former}, in
   * place of what was set aside before. Done again, as after a failure, it changes nothing.
   */
  void retire() throws IOException {
    Files.deleteIfExists(peerFile());
    Files.deleteIfExists(pace());
    DurableFile.syncDirectory(root); // Whoever finds a log without a name does not start on it.
    if (holdsAnything(raft())) {
      deleteTree(former());
      DurableFile.moveInto(raft(), former());
    }
    make();
  }

  private static boolean holdsAnything(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return false;
    }
    try (var entries = Files.list(folder)) {
      return entries.findAny().isPresent();
    }
  }

  private void write(StorePeer peer) throws IOException {
    DurableFile.write(peerFile(), Checksums.seal(peer.toByteString()).toByteArray());
  }

  /**
   * Clears what an unfinished forming left behind, or refuses to replace a log that is gone.
   *
   * @param founder whether this node's cluster has no store yet
   * @param contacts whether there are others to join
   */
  Start prepare(StorePeer peer, boolean founder, boolean contacts) throws IOException {
    Path group = group(peer);
    Start start = decide(peer.getFormed(), Files.isDirectory(group), founder, contacts, group);
    if (start != Start.RECOVER) {
      deleteTree(group);
    }
    return start;
  }

  /** Only what was never formed may be made: a formed log that is absent was lost. */
  static Start decide(
      boolean formed, boolean present, boolean founder, boolean contacts, Path group)
      throws Damaged {
    if (!formed && founder) {
      return Start.FOUND;
    }
    if (!formed && contacts) {
      return Start.JOIN;
    }
    if (!formed || !present) {
      throw new Damaged(
          "the log %s is gone, although this node's cluster has one".formatted(group),
          "restore the store's directory from a backup, or name a server to join");
    }
    return Start.RECOVER;
  }

  static void deleteTree(Path tree) throws IOException {
    if (!Files.exists(tree)) {
      return;
    }
    try (var files = Files.walk(tree)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (UncheckedIOException unreadable) {
      throw unreadable.getCause();
    }
  }
}
