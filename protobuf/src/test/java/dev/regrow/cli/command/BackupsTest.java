package dev.regrow.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.regrow.schema.BackupFile;
import dev.regrow.v1.BackupHeader;
import dev.regrow.v1.StoreSnapshotEntry;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BackupsTest {

  private static final int ENTRIES = 200;
  private static final int ENTRY_BYTES = 100_000;

  /** What does not deflate. */
  private final Random random = new Random(7);

  @Test
  void secrets_are_looked_for_no_further_than_to_the_first() throws IOException {
    byte[] backup = backup(List.of(entry("configs/default/c"), entry("secrets/default/db")), false);
    var from = new Counted(new ByteArrayInputStream(backup));

    assertThat(Backups.hasSecrets(from)).isTrue();

    assertThat(backup).hasSizeGreaterThan(ENTRIES * ENTRY_BYTES);
    assertThat(from.read).isLessThan(backup.length / 20);
  }

  @Test
  void one_without_secrets_is_known_to_be_by_its_end() throws IOException {
    byte[] backup = backup(List.of(), false);
    var from = new Counted(new ByteArrayInputStream(backup));

    assertThat(Backups.hasSecrets(from)).isFalse();

    assertThat(from.read).isEqualTo(backup.length);
  }

  @Test
  void keys_take_the_place_of_those_that_are_in_it() throws IOException {
    byte[] backup = backup(List.of(entry("secret-keys"), entry("secrets/default/db")), true);

    byte[] opened = Backups.withKeys(backup, new byte[] {1, 2, 3});

    assertThat(Backups.check(opened).getWithKey()).isTrue();
    assertThat(Backups.check(opened).getClusterId()).isEqualTo("c1");
    var before = new ArrayList<>(entries(backup));
    before.removeIf(each -> each.getKey().equals("secret-keys"));
    assertThat(entries(opened)).hasSize(before.size() + 1).containsAll(before);
    assertThat(entries(opened))
        .filteredOn(each -> each.getKey().equals("secret-keys"))
        .extracting(StoreSnapshotEntry::getValue)
        .containsExactly(ByteString.copyFrom(new byte[] {1, 2, 3}));
  }

  private byte[] backup(List<StoreSnapshotEntry> first, boolean withKey) throws IOException {
    var entries = new ArrayList<>(first);
    for (int i = 0; i < ENTRIES; i++) {
      entries.add(entry("workloads/default/w" + i));
    }
    var out = new ByteArrayOutputStream();
    var header = BackupHeader.newBuilder().setClusterId("c1").setWithKey(withKey).build();
    BackupFile.write(header, entries, out);
    return out.toByteArray();
  }

  private StoreSnapshotEntry entry(String key) {
    byte[] value = new byte[ENTRY_BYTES];
    random.nextBytes(value);
    return StoreSnapshotEntry.newBuilder().setKey(key).setValue(ByteString.copyFrom(value)).build();
  }

  private static List<StoreSnapshotEntry> entries(byte[] backup) throws IOException {
    var all = new ArrayList<StoreSnapshotEntry>();
    var parts = new BackupFile.Parts(new ByteArrayInputStream(backup));
    for (var part = parts.next(); part != null; part = parts.next()) {
      all.addAll(part);
    }
    return all;
  }

  /** Counts the bytes that were taken from it. */
  private static final class Counted extends FilterInputStream {
    private long read;

    Counted(InputStream from) {
      super(from);
    }

    @Override
    public int read() throws IOException {
      int next = super.read();
      read += next < 0 ? 0 : 1;
      return next;
    }

    @Override
    public int read(byte[] into, int at, int length) throws IOException {
      int count = super.read(into, at, length);
      read += Math.max(0, count);
      return count;
    }
  }
}
