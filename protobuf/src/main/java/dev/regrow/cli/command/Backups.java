package dev.regrow.cli.command;

import com.google.protobuf.ByteString;
import dev.regrow.schema.BackupFile;
import dev.regrow.v1.BackupHeader;
import dev.regrow.v1.StoreSnapshotEntry;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Backups as files of their owner. */
final class Backups {

  private Backups() {}

  /** Reads it to its end; fails if it cannot be used. */
  static BackupHeader check(byte[] backup) throws IOException {
    return BackupFile.read(
        new ByteArrayInputStream(backup),
        new BackupFile.Reader() {
          @Override
          public void header(BackupHeader header) {}

          @Override
          public void entries(List<StoreSnapshotEntry> entries) {}
        });
  }

  private static List<StoreSnapshotEntry> entries(byte[] backup) throws IOException {
    var all = new ArrayList<StoreSnapshotEntry>();
    BackupFile.read(
        new ByteArrayInputStream(backup),
        new BackupFile.Reader() {
          @Override
          public void header(BackupHeader header) {}

          @Override
          public void entries(List<StoreSnapshotEntry> entries) {
            all.addAll(entries);
          }
        });
    return all;
  }

  static boolean hasSecrets(byte[] backup) throws IOException {
    return entries(backup).stream().anyMatch(entry -> entry.getKey().startsWith("secrets/"));
  }

  /** The same with the keys of its secrets, as the file of a server has them. */
  static byte[] withKeys(byte[] backup, byte[] keys) throws IOException {
    var entries = new ArrayList<>(entries(backup));
    entries.removeIf(entry -> entry.getKey().equals("secret-keys"));
    entries.add(
        StoreSnapshotEntry.newBuilder()
            .setKey("secret-keys")
            .setValue(ByteString.copyFrom(keys))
            .build());
    var bytes = new ByteArrayOutputStream();
    BackupFile.write(check(backup).toBuilder().setWithKey(true).build(), entries, bytes);
    return bytes.toByteArray();
  }

  /** With mode 0600, on the disk, and whole or not at all. */
  static void write(Path file, byte[] backup) throws IOException {
    var absolute = file.toAbsolutePath();
    var temporary = absolute.resolveSibling(absolute.getFileName() + ".part");
    Files.deleteIfExists(temporary);
    var mode = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    try (var channel =
        FileChannel.open(
            temporary, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), mode)) {
      var bytes = ByteBuffer.wrap(backup);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(temporary, absolute, StandardCopyOption.ATOMIC_MOVE);
  }
}
