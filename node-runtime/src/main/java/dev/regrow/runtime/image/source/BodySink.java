package dev.regrow.runtime.image.source;

import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Hands a body on as it comes, and knows when it last did, and how much of it. */
final class BodySink implements BodySubscriber<Long> {

  /** Where bytes go; what it throws ends the transfer. */
  interface Target {
    void take(ByteBuffer bytes) throws IOException;
  }

  private final Target target;
  private final CompletableFuture<Long> done = new CompletableFuture<>();
  private volatile long lastNanos = System.nanoTime();
  private final AtomicLong count = new AtomicLong();
  private volatile Flow.@Nullable Subscription subscription;

  BodySink(Target target) {
    this.target = target;
  }

  @Override
  public CompletionStage<Long> getBody() {
    return done;
  }

  @Override
  public void onSubscribe(Flow.Subscription given) {
    subscription = given;
    given.request(1);
  }

  @Override
  public void onNext(List<ByteBuffer> items) {
    lastNanos = System.nanoTime();
    try {
      for (var bytes : items) {
        count.addAndGet(bytes.remaining());
        target.take(bytes);
      }
    } catch (IOException | RuntimeException e) {
      done.completeExceptionally(e);
      cancel();
      return;
    }
    var current = subscription;
    if (current != null) {
      current.request(1); // One at a time: no more is held in memory than is being written.
    }
  }

  @Override
  public void onError(Throwable failure) {
    done.completeExceptionally(failure);
  }

  @Override
  public void onComplete() {
    done.complete(count.get());
  }

  /** Bytes that have come so far. */
  long count() {
    return count.get();
  }

  long silentNanos() {
    return System.nanoTime() - lastNanos;
  }

  void cancel() {
    var current = subscription;
    if (current != null) {
      current.cancel();
    }
  }
}
