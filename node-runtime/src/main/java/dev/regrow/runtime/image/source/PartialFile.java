package dev.regrow.runtime.image.source;

import dev.regrow.runtime.image.BadImage;
import dev.regrow.runtime.image.Descriptor;
import dev.regrow.runtime.image.Digest;
import dev.regrow.runtime.image.source.BodySink.Target;
import java.io.IOException;
import java.net.http.HttpHeaders;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.function.LongConsumer;

/**
 * A layer that is being fetched. What a killed agent got of it counts; only the digest of the whole
 * tells whether it is right. Bytes are hashed as they come.
 */
final class PartialFile implements AutoCloseable {

  private static final int BUFFER = 1 << 16;

  private final FileChannel channel;
  private final Descriptor descriptor;
  private final LongConsumer progress;
  private final MessageDigest hasher = Digest.hasher();
  private long length;
  private boolean resumed;

  private PartialFile(FileChannel channel, Descriptor descriptor, LongConsumer progress) {
    this.channel = channel;
    this.descriptor = descriptor;
    this.progress = progress;
  }

  static PartialFile open(Path path, Descriptor descriptor, LongConsumer progress)
      throws IOException {
    var channel =
        FileChannel.open(
            path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    var file = new PartialFile(channel, descriptor, progress);
    try {
      file.takeWhatIsThere();
      return file;
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  private void takeWhatIsThere() throws IOException {
    if (channel.size() > descriptor.size()) {
      channel.truncate(0);
    }
    var buffer = ByteBuffer.allocate(BUFFER);
    while (channel.read(buffer, length) > 0) {
      buffer.flip();
      length += buffer.remaining();
      hasher.update(buffer);
      buffer.clear();
    }
    resumed = length > 0;
    progress.accept(length);
  }

  long length() {
    return length;
  }

  boolean isWhole() {
    return length == descriptor.size();
  }

  /** From the first byte again. */
  void restart() throws IOException {
    progress.accept(-length);
    channel.truncate(0);
    length = 0;
    hasher.reset();
  }

  /** Decides by status and headers where the body belongs. */
  Target receive(int status, HttpHeaders headers) throws IOException {
    if (status == 200) {
      restart();
    } else {
      var range = headers.firstValue("content-range").orElse("");
      if (!range.startsWith("bytes " + length + "-")) {
        throw new IOException("the registry sent another range than was asked for");
      }
    }
    return this::append;
  }

  private void append(ByteBuffer bytes) throws IOException {
    int count = bytes.remaining();
    if (length + count > descriptor.size()) {
      throw new BadImage(
          "layer %s has more than the %d bytes that its manifest says"
              .formatted(descriptor.digest(), descriptor.size()));
    }
    hasher.update(bytes.duplicate());
    while (bytes.hasRemaining()) {
      length += channel.write(bytes, length);
    }
    progress.accept(count);
  }

  /**
   * @throws IOException if the bytes are not what their digest says, and a part of them is from an
   *     earlier time: the machine may have lost some of it. They are gone then.
   * @throws BadImage if all of them came now
   */
  void prove() throws IOException {
    var found = Digest.of(hasher);
    if (!found.equals(descriptor.digest())) {
      restart();
      if (resumed) {
        resumed = false;
        throw new IOException("what was kept of it was damaged");
      }
      throw new BadImage(
          "layer %s was damaged on its way, or is not what it says: its bytes are %s"
              .formatted(descriptor.digest(), found));
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
