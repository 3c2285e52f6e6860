package dev.regrow.core.store.raft;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftConfigurationProto;
import org.apache.ratis.thirdparty.com.google.protobuf.InvalidProtocolBufferException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a server's log and snapshots say of its group, while the server does not run. */
final class LoggedGroup {

  private static final Logger LOG = LoggerFactory.getLogger(LoggedGroup.class);

  private long term;
  private RaftConfigurationProto members = RaftConfigurationProto.getDefaultInstance();

  private LoggedGroup() {}

  /**
   * Reads all of it.
   *
   * @param group Ratis' directory of the group
   */
  static LoggedGroup read(Path group) throws IOException {
    var logged = new LoggedGroup();
    logged.readMembers(group.resolve("current").resolve("raft-meta.conf"));
    logged.term = LogCheck.snapshotTerm(group);
    for (Path segment : LogCheck.files(group)) {
      LogRecords.read(Files.readAllBytes(segment), logged::read);
    }
    return logged;
  }

  private void read(LogEntryProto entry) {
    term = Math.max(term, entry.getTerm());
    if (entry.hasConfigurationEntry()) {
      members = entry.getConfigurationEntry();
    }
  }

  /** Of the last configuration that was applied; the log need not hold it any more. */
  private void readMembers(Path file) throws IOException {
    if (Files.exists(file)) {
      try {
        members = LogEntryProto.parseFrom(Files.readAllBytes(file)).getConfigurationEntry();
      } catch (InvalidProtocolBufferException garbage) {
        LOG.warn("{} cannot be read: {}", file, garbage.getMessage());
      }
    }
  }

  /** In which the last entry was written. */
  long term() {
    return term;
  }

  /** Whether this peer has or had a place in the group, voting or not. */
  boolean includes(String peerId) {
    return Stream.of(
            members.getPeersList(),
            members.getListenersList(),
            members.getOldPeersList(),
            members.getOldListenersList())
        .flatMap(java.util.List::stream)
        .anyMatch(peer -> peer.getId().toStringUtf8().equals(peerId));
  }

  boolean isOnlyVoter(String peerId) {
    return members.getOldPeersCount() == 0
        && members.getPeersCount() == 1
        && members.getPeers(0).getId().toStringUtf8().equals(peerId);
  }
}
