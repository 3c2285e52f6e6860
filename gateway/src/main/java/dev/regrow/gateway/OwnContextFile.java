package dev.regrow.gateway;

import dev.regrow.client.Context;
import dev.regrow.client.ContextFile;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The context file of a node: where it listens, and the admin's token. The token stands nowhere
 * else, so a node whose token cannot be written does not start. One that has written it at an
 * earlier start goes on with the file of then, since a full disk ends no node, and writes it when
 * there is room. Not thread-safe.
 */
final class OwnContextFile {

  private static final Logger LOG = LoggerFactory.getLogger(OwnContextFile.class);

  private final ContextFile file;
  private final Consumer<Runnable> later;

  /**
   * @param later runs what it is given once, after a while
   */
  OwnContextFile(ContextFile file, Consumer<Runnable> later) {
    this.file = file;
    this.later = later;
  }

  /** Of an earlier start. */
  Optional<Context> read() throws IOException {
    return file.read();
  }

  /**
   * @throws StartFailure if it cannot be written, and the token is in no earlier one
   */
  void write(Context context) {
    try {
      file.write(context);
    } catch (IOException e) {
      if (!holds(context.token())) {
        throw StartFailure.refused(String.valueOf(e.getMessage()));
      }
      LOG.warn("{}; that of an earlier start stays, and it is tried again", e.getMessage());
      later.accept(() -> writeAgain(context));
    }
  }

  private boolean holds(String token) {
    try {
      return file.read().map(Context::token).orElse("").equals(token);
    } catch (IOException e) {
      return false;
    }
  }

  private void writeAgain(Context context) {
    try {
      file.write(context);
      LOG.info("The context file {} is written", file.path());
    } catch (IOException e) {
      later.accept(() -> writeAgain(context));
    }
  }
}
