package dev.regrow.runtime.launch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Reads log frames strictly: what docs/shim-protocol.md does not allow is a failed test. */
record Frames(int stream, long dropped, byte[] bytes) {

  /** From the oldest kept file to the youngest. */
  static List<Frames> of(Path directory) {
    var frames = new ArrayList<Frames>();
    try (var files = Files.list(directory)) {
      files.sorted(Comparator.comparingInt(Frames::age).reversed()).forEach(f -> read(f, frames));
      return frames;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int age(Path file) {
    var name = file.getFileName().toString();
    return name.endsWith(".log") ? 0 : Integer.parseInt(name.substring(name.indexOf(".log.") + 5));
  }

  private static void read(Path file, List<Frames> into) {
    try {
      var buffer = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
      while (buffer.remaining() >= 20) {
        if (buffer.get() != (byte) 0xA7 || buffer.get() != 1) {
          throw new AssertionError(file + " has no frame at " + (buffer.position() - 2));
        }
        int stream = buffer.get();
        buffer.get();
        int length = buffer.getInt();
        buffer.getLong();
        long dropped = Integer.toUnsignedLong(buffer.getInt());
        if (length > buffer.remaining()) {
          return; // being written
        }
        var bytes = new byte[length];
        buffer.get(bytes);
        into.add(new Frames(stream, dropped, bytes));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
