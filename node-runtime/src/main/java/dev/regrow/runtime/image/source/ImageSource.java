package dev.regrow.runtime.image.source;

import dev.regrow.runtime.image.Descriptor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One place that has an image. Methods block; failures are IOExceptions, which may pass,
 * RuntimeFailures, and BadImages, which will not. Thread-safe.
 */
public interface ImageSource extends AutoCloseable {

  /**
   * The manifest or index that a name stands for.
   *
   * @param wanted a digest or a tag; null: the only one there
   */
  byte[] manifest(@Nullable String wanted) throws IOException;

  /** A small blob, whole; its digest is not checked here. */
  byte[] blob(Descriptor descriptor) throws IOException;

  /**
   * Where the bytes of a layer are.
   *
   * @param partial a file that is this layer's alone: what it holds already is not fetched again,
   *     and it may stay when this fails
   * @param progress told how many bytes came
   */
  Region layer(Descriptor descriptor, Path partial, LongConsumer progress) throws IOException;

  @Override
  void close();
}
