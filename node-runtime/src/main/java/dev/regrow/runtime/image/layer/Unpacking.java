package dev.regrow.runtime.image.layer;

import dev.regrow.runtime.RuntimeFailure;
import dev.regrow.runtime.image.BadImage;
import dev.regrow.runtime.image.Digest;
import dev.regrow.runtime.syscall.Beneath;
import dev.regrow.runtime.syscall.Kernel;
import dev.regrow.runtime.syscall.SyscallException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.function.LongSupplier;

/** Unpacks one layer into an empty directory, as overlayfs wants to see it. */
public final class Unpacking {

  private static final int BUFFER = 1 << 16;
  private static final long LOOK_AT_DISK_EVERY = 64L << 20;

  private Unpacking() {}

  /**
   * What came out.
   *
   * @param diffId the digest of the archive, decompressed
   * @param bytes of the archive
   */
  public record Result(Digest diffId, long bytes, long entries) {}

  /**
   * @param layer is read to its end
   * @param into exists and is empty
   * @param trash exists, on the same file system: what later entries replace goes there
   * @param roomBytes how much may still be written to the disk
   * @throws BadImage if the layer is not what a layer may be; what was unpacked is of no use then
   * @throws RuntimeFailure if this machine is in the way, as a full disk
   */
  public static Result unpack(
      Kernel kernel,
      InputStream layer,
      Path into,
      Path trash,
      Bounds bounds,
      LongSupplier roomBytes)
      throws IOException {
    try (var beneath = kernel.beneath(into);
        var elsewhere = kernel.beneath(trash);
        var bytes = new UnpackedBytes(layer, bounds)) {
      var tree = new LayerTree(beneath, elsewhere.top());
      var buffered = new BufferedInputStream(bytes, BUFFER);
      long entries = all(new TarReader(buffered), tree, beneath, bytes, bounds, roomBytes);
      drain(buffered);
      return new Result(bytes.digest(), bytes.count(), entries);
    } catch (SyscallException e) {
      throw new RuntimeFailure("cannot unpack into " + into + ": " + e.getMessage(), true, e);
    }
  }

  private static long all(
      TarReader archive,
      LayerTree tree,
      Beneath beneath,
      UnpackedBytes bytes,
      Bounds bounds,
      LongSupplier roomBytes)
      throws IOException {
    long entries = 0;
    long look = 0;
    var buffer = new byte[BUFFER];
    try (tree) {
      for (var next = archive.next(); next.isPresent(); next = archive.next()) {
        if (++entries > bounds.entries()) {
          throw new BadImage("the layer has more than " + bounds.entries() + " entries");
        }
        if (bytes.count() + next.get().size() >= look) {
          look = bytes.count() + LOOK_AT_DISK_EVERY;
          checkRoom(roomBytes.getAsLong(), next.get().size());
        }
        var file = tree.add(next.get());
        if (file != null) {
          try (file) {
            for (int got = archive.read(buffer); got > 0; got = archive.read(buffer)) {
              beneath.write(file.fd(), buffer, 0, got);
            }
            file.finish();
          }
        }
      }
      tree.finish();
    }
    return entries;
  }

  private static void checkRoom(long room, long wanted) {
    if (wanted > room) {
      throw new RuntimeFailure(
          "the disk is full: %d bytes may be written, a file has %d; free space or remove images"
              .formatted(Math.max(0, room), wanted),
          true);
    }
  }

  /** What follows an archive's end belongs to its digest. */
  private static void drain(InputStream in) throws IOException {
    var buffer = new byte[BUFFER];
    int got;
    do {
      got = in.read(buffer);
    } while (got >= 0);
  }
}
