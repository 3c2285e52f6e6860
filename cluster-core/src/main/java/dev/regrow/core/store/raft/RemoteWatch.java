package dev.regrow.core.store.raft;

import dev.regrow.core.store.Store;
import dev.regrow.core.store.WatchListener;
import dev.regrow.v1.StoreWatchPart;
import dev.regrow.v1.StoreWatchRequest;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.apache.ratis.thirdparty.io.grpc.CallOptions;
import org.apache.ratis.thirdparty.io.grpc.Context;
import org.apache.ratis.thirdparty.io.grpc.stub.StreamObserver;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A watch on whichever server answers; when that one is gone, it goes on at another. */
final class RemoteWatch implements Store.Watch {

  private static final Logger LOG = LoggerFactory.getLogger(RemoteWatch.class);
  private static final long PAUSE_MILLIS = 100;

  private final Channels channels;
  private final Guide guide;
  private final ScheduledExecutorService scheduler;
  private final String prefix;
  private final WatchListener listener;
  private final LongConsumer learnsIndex;
  private long seen;
  private int attempt;
  private boolean closed;
  private Context.@Nullable CancellableContext stream;

  RemoteWatch(
      Channels channels,
      Guide guide,
      ScheduledExecutorService scheduler,
      String prefix,
      long afterIndex,
      WatchListener listener,
      LongConsumer learnsIndex) {
    this.channels = channels;
    this.guide = guide;
    this.scheduler = scheduler;
    this.prefix = prefix;
    this.seen = afterIndex;
    this.listener = listener;
    this.learnsIndex = learnsIndex;
  }

  synchronized void open() {
    if (closed || scheduler.isShutdown()) {
      return;
    }
    int mine = ++attempt;
    String address = guide.anyone();
    if (address.isEmpty()) {
      again(mine);
      return;
    }
    var request = StoreWatchRequest.newBuilder().setPrefix(prefix).setAfterIndex(seen).build();
    Context.CancellableContext context = Context.ROOT.withCancellation();
    stream = context;
    context.run(
        () -> channels.open(address, Wire.WATCH, request, CallOptions.DEFAULT, new Parts(mine)));
  }

  private void again(int of) {
    var unused =
        scheduler.schedule(
            () -> {
              synchronized (this) {
                if (of == attempt) {
                  open();
                }
              }
            },
            PAUSE_MILLIS,
            TimeUnit.MILLISECONDS);
  }

  /** What comes from one server. */
  private final class Parts implements StreamObserver<StoreWatchPart> {
    private final int of;

    private Parts(int of) {
      this.of = of;
    }

    @Override
    public void onNext(StoreWatchPart part) {
      synchronized (RemoteWatch.this) { // Calls to the listener never overlap, nor follow the end.
        if (closed || of != attempt) {
          return;
        }
        if (part.hasGone()) {
          closed = true;
          call(() -> listener.onGone(part.getGone()));
        } else if (part.getIndex() > seen) {
          learnsIndex.accept(part.getIndex());
          call(
              () ->
                  listener.onChanges(
                      part.getIndex(), part.getChangesList().stream().map(Wire::decode).toList()));
          seen = part.getIndex();
        }
      }
    }

    @Override
    public void onError(Throwable failure) {
      LOG.debug("the watch of '{}' goes on at another server: {}", prefix, failure.getMessage());
      onCompleted();
    }

    @Override
    public void onCompleted() {
      synchronized (RemoteWatch.this) {
        if (!closed && of == attempt && !scheduler.isShutdown()) {
          again(of);
        }
      }
    }
  }

  private void call(Runnable call) {
    try {
      call.run();
    } catch (RuntimeException bug) {
      LOG.error("a listener of changes below '{}' failed; it misses this one", prefix, bug);
    }
  }

  @Override
  public void close() {
    Context.CancellableContext ended;
    synchronized (this) {
      closed = true;
      ended = stream;
    }
    if (ended != null) {
      ended.cancel(null);
    }
  }
}
