package dev.regrow.cli.command;

import dev.regrow.schema.BackupFile;
import dev.regrow.v1.BackupHeader;
import dev.regrow.v1.StoreSnapshotEntry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
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
