package dev.regrow.core.store.raft;

import dev.regrow.core.disk.DurableFile;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.apache.ratis.server.storage.RaftStorageMetadataFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ratis' note of its term, and of whom it voted for in it. When the disk refuses to write a new
 * one, Ratis 3.3 moves an empty file into the place of the old all the same: what was promised is
 * forgotten, and Ratis refuses to start.
 */
final class TermFile {

  private static final Logger LOG = LoggerFactory.getLogger(TermFile.class);
  private static final String TERM = "term";
  private static final String VOTE = "votedFor";

  private TermFile() {}

  /**
   * Checks it as Ratis will read it. Where this server is the only one that votes, nothing that it
   * can have promised matters to anybody: there the note is made anew, with the term of the log.
   *
   * @param group Ratis' directory of the group, its log whole
   * @param alone whether no other server is known
   * @throws Damaged naming file and fix
   */
  static void check(Path group, String self, boolean alone) throws IOException {
    Path file = in(group);
    if (isWhole(file)) {
      return;
    }
    var told = LoggedGroup.read(group);
    if (!alone || !told.isOnlyVoter(self)) {
      throw new Damaged(
          "%s, which says for whom this server voted last, is damaged, as by a disk that refused a write"
              .formatted(file),
          "this server does not start on it: restore the store's directory from a backup");
    }
    LOG.warn(
        "{} is damaged, as by a disk that refused a write; no other server votes, so this one goes on"
            + " in term {}, that of its last entry",
        file,
        told.term());
    write(file, told.term(), "");
  }

  /**
   * Writes anew what was promised last, if the disk refused Ratis its last note. Only for a server
   * that is closed: its promises are final.
   *
   * @param note as that server held it in memory, where a write that failed left no trace
   * @throws IOException if the disk still refuses
   */
  static void keep(Path group, RaftStorageMetadataFile note) throws IOException {
    Path file = in(group);
    if (Files.isDirectory(DurableFile.parentOf(file)) && !isWhole(file)) {
      var promised = note.getMetadata();
      write(file, promised.getTerm(), promised.getVotedFor().toString());
      LOG.warn("{} was left damaged by a disk that refused a write, and is whole again", file);
    }
  }

  private static Path in(Path group) {
    return group.resolve("current").resolve("raft-meta");
  }

  private static void write(Path file, long term, String vote) throws IOException {
    var note = "%s=%d%n%s=%s%n".formatted(TERM, term, VOTE, vote);
    DurableFile.write(file, note.getBytes(StandardCharsets.UTF_8));
  }

  private static boolean isWhole(Path file) throws IOException {
    if (!Files.exists(file)) {
      return false;
    }
    var properties = new Properties();
    try {
      properties.load(new StringReader(Files.readString(file, StandardCharsets.ISO_8859_1)));
      Long.parseLong(properties.getProperty(TERM, ""));
    } catch (IllegalArgumentException garbage) {
      return false;
    }
    return properties.getProperty(VOTE) != null;
  }
}
