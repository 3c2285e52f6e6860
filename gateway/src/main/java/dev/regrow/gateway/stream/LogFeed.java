package dev.regrow.gateway.stream;

import dev.regrow.runtime.InstanceKey;
import dev.regrow.runtime.Logs;
import dev.regrow.runtime.RuntimeFailure;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.OverflowStrategy;
import org.apache.pekko.stream.QueueOfferResult;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.stream.javadsl.SourceQueueWithComplete;
import org.jspecify.annotations.Nullable;

/**
 * What an instance wrote, as a stream that is back-pressured down to the reading of the files: the
 * reader waits for the client, but no longer than {@link #PATIENCE} for one chunk.
 */
public final class LogFeed {

  static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int CHUNKS_MAX = 16;

  private LogFeed() {}

  /** The chunks, in the order in which they were written. Cancelling it ends the reading. */
  public static Source<Logs.Chunk, NotUsed> read(Logs logs, InstanceKey key, Logs.Query query) {
    return Source.<Logs.Chunk>queue(CHUNKS_MAX, OverflowStrategy.backpressure())
        .mapMaterializedValue(
            queue -> {
              var reading = logs.read(key, query, new Offering(queue));
              queue.watchCompletion().whenComplete((done, failure) -> reading.close());
              return NotUsed.getInstance();
            });
  }

  private static final class Offering implements Logs.Sink {
    private final SourceQueueWithComplete<Logs.Chunk> queue;

    Offering(SourceQueueWithComplete<Logs.Chunk> queue) {
      this.queue = queue;
    }

    @Override
    public boolean onChunk(Logs.Chunk chunk) {
      CompletableFuture<QueueOfferResult> taken = queue.offer(chunk).toCompletableFuture();
      try {
        return taken.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS) == QueueOfferResult.enqueued();
      } catch (TimeoutException e) {
        queue.fail(
            new IllegalStateException(
                "the client took nothing for " + PATIENCE.toSeconds() + " s"));
        return false;
      } catch (ExecutionException e) {
        return false; // The stream is over: the client went away.
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        queue.complete();
        return false;
      }
    }

    @Override
    public void onEnd(@Nullable RuntimeFailure failure) {
      if (failure == null) {
        queue.complete();
      } else {
        queue.fail(failure);
      }
    }
  }
}
