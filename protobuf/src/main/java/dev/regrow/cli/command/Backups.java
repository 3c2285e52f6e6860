package dev.regrow.cli.command;

import com.google.protobuf.ByteString;
import dev.regrow.schema.BackupFile;
import dev.regrow.v1.BackupHeader;
import dev.regrow.v1.StoreSnapshotEntry;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Backups as files of their owner; what is in them is never held all at once. */
final class Backups {

  private static final String KEYS = "secret-keys";

  /** More than a header needs. */
  private static final int HEADER_BYTES = 4096;

  private Backups() {}

  /** Reads it to its end; fails if it cannot be used. */
  static BackupHeader check(byte[] backup) throws IOException {
    var parts = new BackupFile.Parts(new ByteArrayInputStream(backup));
    while (parts.next() != null) {
      // Only whether it can be read.
    }
    return parts.header();
  }

  /** Reads no further than to the first. */
  static boolean hasSecrets(InputStream backup) throws IOException {
    var parts = new BackupFile.Parts(backup);
    for (var part = parts.next(); part != null; part = parts.next()) {
      if (part.stream().anyMatch(entry -> entry.getKey().startsWith("secrets/"))) {
        return true;
      }
    }
    return false;
  }

  /** The same with the keys of its secrets, as the file of a server has them. */
  static byte[] withKeys(byte[] backup, byte[] keys) throws IOException {
    long others = 0;
    var parts = new BackupFile.Parts(new ByteArrayInputStream(backup));
    for (var part = parts.next(); part != null; part = parts.next()) {
      others += part.stream().filter(entry -> !isOfKeys(entry)).count();
    }
    var header = parts.header().toBuilder().setWithKey(true).setEntries(others + 1).build();
    var bytes = new ByteArrayOutputStream(backup.length + keys.length + HEADER_BYTES);
    var writer = new BackupFile.Writer(header, bytes);
    parts = new BackupFile.Parts(new ByteArrayInputStream(backup));
    for (var part = parts.next(); part != null; part = parts.next()) {
      for (var entry : part) {
        if (!isOfKeys(entry)) {
          writer.add(entry);
        }
      }
    }
    writer.add(
        StoreSnapshotEntry.newBuilder().setKey(KEYS).setValue(ByteString.copyFrom(keys)).build());
    writer.finish();
    return bytes.toByteArray();
  }

  private static boolean isOfKeys(StoreSnapshotEntry entry) {
    return entry.getKey().equals(KEYS);
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
