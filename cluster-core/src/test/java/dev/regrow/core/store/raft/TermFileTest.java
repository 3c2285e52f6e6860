package dev.regrow.core.store.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftConfigurationProto;
import org.apache.ratis.proto.RaftProtos.RaftPeerProto;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.storage.RaftStorageMetadata;
import org.apache.ratis.server.storage.RaftStorageMetadataFile;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TermFileTest {

  private static final String SELF = "n1-a";

  private static final RaftStorageMetadataFile PROMISED =
      new RaftStorageMetadataFile() {
        @Override
        public RaftStorageMetadata getMetadata() {
          return RaftStorageMetadata.valueOf(9, RaftPeerId.valueOf("n2-b"));
        }

        @Override
        public void persist(RaftStorageMetadata newer) {
          throw new UnsupportedOperationException();
        }
      };

  private final Path group;
  private final Path file;

  TermFileTest(@TempDir Path group) throws IOException {
    this.group = group;
    file = group.resolve("current/raft-meta");
    Files.createDirectories(group.resolve("current"));
  }

  @Test
  void what_is_whole_is_left_as_it_is() throws Exception {
    Files.writeString(file, "#\n#Tue Dec 01\nterm=4\nvotedFor=n2-b\n");

    TermFile.check(group, SELF, false);

    assertThat(file).content().contains("votedFor=n2-b");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "term=x\nvotedFor=n1-a", "term=3", "term=\\u0"})
  void what_is_damaged_is_refused_where_others_vote(String content) throws Exception {
    Files.writeString(file, content);
    log(7, SELF);

    assertThatThrownBy(() -> TermFile.check(group, SELF, false))
        .isInstanceOf(Damaged.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("restore");
    assertThat(file).hasContent(content);
  }

  @Test
  void what_is_gone_is_refused_where_others_vote() throws Exception {
    log(7, SELF);

    assertThatThrownBy(() -> TermFile.check(group, SELF, false)).isInstanceOf(Damaged.class);
  }

  @Test
  void the_only_voter_goes_on_in_the_term_of_its_last_entry() throws Exception {
    Files.writeString(file, "");
    log(7, SELF);

    TermFile.check(group, SELF, true);

    assertThat(file).content().isEqualToNormalizingNewlines("term=7\nvotedFor=\n");
  }

  @Test
  void who_knows_nobody_and_whose_log_does_is_refused() throws Exception {
    Files.writeString(file, "");
    log(7, SELF, "n2-b");

    assertThatThrownBy(() -> TermFile.check(group, SELF, true)).isInstanceOf(Damaged.class);
  }

  @Test
  void where_the_log_does_not_tell_who_votes_what_was_applied_does() throws Exception {
    Files.writeString(file, "");
    Files.write(group.resolve("current/raft-meta.conf"), members(3, SELF).toByteArray());
    Files.createDirectory(group.resolve("sm"));
    Files.createFile(group.resolve("sm/snapshot.5_120"));

    TermFile.check(group, SELF, true);

    assertThat(file).content().contains("term=5");
  }

  @Test
  void what_was_promised_is_kept_once_the_disk_takes_it() throws Exception {
    Files.writeString(file, "");
    Path inTheWay = Files.createDirectory(group.resolve("current/raft-meta.new"));
    Files.createFile(inTheWay.resolve("full"));

    assertThatThrownBy(() -> TermFile.keep(group, PROMISED)).isInstanceOf(IOException.class);
    Files.delete(inTheWay.resolve("full"));
    Files.delete(inTheWay);
    TermFile.keep(group, PROMISED);

    assertThat(file).content().contains("term=9").contains("votedFor=n2-b");
  }

  private void log(long term, String... voters) throws IOException {
    var content = new ByteArrayOutputStream();
    content.writeBytes("RaftLog1".getBytes(StandardCharsets.US_ASCII));
    var record = new ByteArrayOutputStream();
    members(term, voters).writeDelimitedTo(record);
    var crc = new CRC32C();
    crc.update(record.toByteArray());
    content.writeBytes(record.toByteArray());
    content.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
    Files.write(group.resolve("current/log_inprogress_0"), content.toByteArray());
  }

  private static LogEntryProto members(long term, String... voters) {
    var members = RaftConfigurationProto.newBuilder();
    for (String voter : voters) {
      members.addPeers(RaftPeerProto.newBuilder().setId(ByteString.copyFromUtf8(voter)));
    }
    return LogEntryProto.newBuilder()
        .setTerm(term)
        .setIndex(0)
        .setConfigurationEntry(members)
        .build();
  }
}
