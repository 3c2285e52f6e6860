package dev.regrow.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.regrow.v1.BackupHeader;
import dev.regrow.v1.StoreSnapshotEntry;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class BackupFileTest {

  private final List<StoreSnapshotEntry> entries = new ArrayList<>();
  private final byte[] file;

  BackupFileTest() throws IOException {
    for (int i = 0; i < 300; i++) {
      entries.add(
          StoreSnapshotEntry.newBuilder()
              .setKey("workloads/default/w" + i)
              .setValue(ByteString.copyFrom(new byte[2000]))
              .setModIndex(i)
              .build());
    }
    var out = new ByteArrayOutputStream();
    BackupFile.write(
        BackupHeader.newBuilder().setClusterId("c1").setIndex(300).build(), entries, out);
    file = out.toByteArray();
  }

  @Test
  void what_was_written_is_read() throws IOException {
    var found = new Found();

    var header = BackupFile.read(new ByteArrayInputStream(file), found);

    assertThat(header.getEntries()).isEqualTo(300);
    assertThat(header.getIndex()).isEqualTo(300);
    assertThat(found.entries).isEqualTo(entries);
  }

  @Test
  void wherever_it_is_cut_off_that_is_noticed() {
    for (int length = 0; length < file.length; length += 1 + file.length / 200) {
      byte[] cut = Arrays.copyOf(file, length);

      assertThatThrownBy(() -> read(cut))
          .as("cut at %d", length)
          .isInstanceOf(BackupFile.Unusable.class);
    }
  }

  @Test
  void whatever_bit_is_flipped_that_is_noticed() {
    for (int at = 0; at < file.length; at += 1 + file.length / 200) {
      byte[] flipped = file.clone();
      flipped[at] ^= 4;

      assertThatThrownBy(() -> read(flipped))
          .as("flipped at %d", at)
          .isInstanceOf(BackupFile.Unusable.class);
    }
  }

  @Test
  void what_follows_its_end_is_noticed() {
    assertThatThrownBy(() -> read(Arrays.copyOf(file, file.length + 1)))
        .hasMessageContaining("more than it says");
  }

  private static void read(byte[] bytes) throws IOException {
    BackupFile.read(new ByteArrayInputStream(bytes), new Found());
  }

  private static final class Found implements BackupFile.Reader {
    private final List<StoreSnapshotEntry> entries = new ArrayList<>();

    @Override
    public void header(BackupHeader header) {}

    @Override
    public void entries(List<StoreSnapshotEntry> part) {
      entries.addAll(part);
    }
  }
}
