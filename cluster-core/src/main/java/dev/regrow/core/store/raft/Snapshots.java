package dev.regrow.core.store.raft;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.regrow.core.disk.DurableFile;
import dev.regrow.core.store.Entry;
import dev.regrow.core.store.FeatureLevel;
import dev.regrow.core.store.Sessions;
import dev.regrow.core.store.TxnResult;
import dev.regrow.v1.Checked;
import dev.regrow.v1.StoreAnswered;
import dev.regrow.v1.StoreSession;
import dev.regrow.v1.StoreSnapshotEntries;
import dev.regrow.v1.StoreSnapshotEntry;
import dev.regrow.v1.StoreSnapshotHeader;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import org.apache.ratis.io.MD5Hash;
import org.apache.ratis.util.MD5FileUtil;

/** The whole state in one file, at one index. */
final class Snapshots {

  private static final int FORMAT = 1;
  private static final int CHUNK_BYTES = 256 << 10;

  private Snapshots() {}

  /**
   * What a snapshot holds.
   *
   * @param level the cluster's feature level then
   */
  record Content(int level, long index, List<Entry> entries, List<Sessions.Session> sessions) {}

  /**
   * Writes beside, fsyncs, renames: the file is there whole or not at all.
   *
   * @return the file's MD5, which Ratis wants beside it. Its own way of computing one maps the file
   *     into memory until the next collection of garbage
   */
  static MD5Hash write(Path file, Content content) throws IOException {
    Path temporary = file.resolveSibling(file.getFileName() + ".writing");
    MessageDigest digest = MD5FileUtil.newMD5();
    try (var out = new FileOutputStream(temporary.toFile())) {
      var buffered = new BufferedOutputStream(new DigestOutputStream(out, digest), 1 << 16);
      write(
          buffered,
          StoreSnapshotHeader.newBuilder()
              .setFormat(FORMAT)
              .setFeatureLevel(content.level())
              .setIndex(content.index())
              .setEntries(content.entries().size())
              .addAllSessions(content.sessions().stream().map(Snapshots::encode).toList())
              .build()
              .toByteString());
      writeEntries(buffered, content.entries());
      buffered.flush();
      out.getFD().sync();
    } catch (IOException failed) {
      Files.deleteIfExists(temporary); // Half a snapshot only takes space that is needed now.
      throw failed;
    }
    DurableFile.moveInto(temporary, file);
    return MD5Hash.newInstance(digest.digest());
  }

  private static void writeEntries(OutputStream out, List<Entry> entries) throws IOException {
    var chunk = StoreSnapshotEntries.newBuilder();
    int bytes = 0;
    for (Entry entry : entries) {
      chunk.addEntries(
          StoreSnapshotEntry.newBuilder()
              .setKey(entry.key())
              .setValue(entry.value())
              .setCreateIndex(entry.createIndex())
              .setModIndex(entry.modIndex()));
      bytes += entry.key().length() + entry.value().size();
      if (bytes >= CHUNK_BYTES) {
        write(out, chunk.build().toByteString());
        chunk.clear();
        bytes = 0;
      }
    }
    if (chunk.getEntriesCount() > 0) {
      write(out, chunk.build().toByteString());
    }
  }

  private static StoreSession encode(Sessions.Session session) {
    var encoded =
        StoreSession.newBuilder().setClient(session.client()).setHighestCall(session.highest());
    session
        .answers()
        .forEach(
            (call, result) ->
                encoded.addAnswered(
                    StoreAnswered.newBuilder().setCall(call).setOutcome(Commands.outcome(result))));
    return encoded.build();
  }

  private static Sessions.Session decode(StoreSession session) {
    var answers = new HashMap<Long, TxnResult>();
    for (StoreAnswered one : session.getAnsweredList()) {
      answers.put(one.getCall(), Commands.result(one.getOutcome()));
    }
    return new Sessions.Session(session.getClient(), session.getHighestCall(), answers);
  }

  private static void write(OutputStream out, ByteString content) throws IOException {
    Checksums.seal(content).writeDelimitedTo(out);
  }

  /** Reads a snapshot that {@link #write} made, in this release or an earlier one. */
  static Content read(Path file) throws IOException {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
      var header = StoreSnapshotHeader.parseFrom(next(in, file));
      if (header.getFormat() > FORMAT || header.getFeatureLevel() > FeatureLevel.KNOWN) {
        throw new Outgrown(
            "the snapshot %s was written by a newer release (format %d, feature level %d; this release knows %d and %d); start that release again"
                .formatted(
                    file,
                    header.getFormat(),
                    header.getFeatureLevel(),
                    FORMAT,
                    FeatureLevel.KNOWN));
      }
      var entries = new ArrayList<Entry>();
      while (entries.size() < header.getEntries()) {
        for (var one : StoreSnapshotEntries.parseFrom(next(in, file)).getEntriesList()) {
          entries.add(
              new Entry(one.getKey(), one.getValue(), one.getCreateIndex(), one.getModIndex()));
        }
      }
      var sessions = header.getSessionsList().stream().map(Snapshots::decode).toList();
      return new Content(header.getFeatureLevel(), header.getIndex(), entries, sessions);
    } catch (InvalidProtocolBufferException garbage) {
      throw damaged(file, String.valueOf(garbage.getMessage()));
    }
  }

  private static ByteString next(InputStream in, Path file) throws IOException {
    Checked checked = Checked.parseDelimitedFrom(in);
    if (checked == null) {
      throw damaged(file, "it ends before its last entry");
    }
    return Checksums.open(checked, "the snapshot " + file);
  }

  private static Damaged damaged(Path file, String how) {
    return new Damaged("the snapshot %s is damaged: %s".formatted(file, how));
  }
}
