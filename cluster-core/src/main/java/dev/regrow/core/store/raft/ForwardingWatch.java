package dev.regrow.core.store.raft;

import dev.regrow.core.store.Store;
import dev.regrow.core.store.WatchListener;
import dev.regrow.v1.StoreWatchPart;
import java.util.List;
import org.apache.ratis.thirdparty.io.grpc.Status;
import org.apache.ratis.thirdparty.io.grpc.StatusRuntimeException;
import org.apache.ratis.thirdparty.io.grpc.stub.ServerCallStreamObserver;
import org.jspecify.annotations.Nullable;

/**
 * A watch whose listener is on another node. One that reads more slowly than the store changes is
 * ended, not buffered: it goes on from where it was, and the store's history is its buffer.
 */
final class ForwardingWatch implements WatchListener {

  private static final long BEHIND_BYTES_MAX = 4 << 20;

  private final ServerCallStreamObserver<StoreWatchPart> call;
  private Store.@Nullable Watch watch;
  private boolean ended;
  private long unreadBytes;

  ForwardingWatch(ServerCallStreamObserver<StoreWatchPart> call) {
    this.call = call;
  }

  synchronized void begin(Store store, String prefix, long afterIndex) {
    if (!ended) {
      call.onNext(StoreWatchPart.getDefaultInstance());
      watch = store.watch(prefix, afterIndex, this);
    }
  }

  @Override
  public synchronized void onChanges(long index, List<Change> changes) {
    if (ended) {
      return;
    }
    var part = StoreWatchPart.newBuilder().setIndex(index);
    changes.forEach(change -> part.addChanges(Wire.encode(change)));
    StoreWatchPart built = part.build();
    unreadBytes = call.isReady() ? 0 : unreadBytes + built.getSerializedSize();
    if (unreadBytes > BEHIND_BYTES_MAX) {
      end(Status.RESOURCE_EXHAUSTED.withDescription("the listener is too slow; it may go on"));
    } else {
      send(built);
    }
  }

  @Override
  public synchronized void onGone(long oldestIndex) {
    if (!ended) {
      send(StoreWatchPart.newBuilder().setGone(oldestIndex).build());
      ended = true;
      call.onCompleted();
    }
  }

  private void send(StoreWatchPart part) {
    try {
      call.onNext(part);
    } catch (StatusRuntimeException cancelled) {
      ended = true; // Its handler closes the watch.
    }
  }

  private void end(Status why) {
    ended = true;
    call.onError(why.asRuntimeException());
    closeWatch();
  }

  void cancel() {
    synchronized (this) {
      ended = true;
    }
    closeWatch();
  }

  private void closeWatch() {
    Store.Watch begun;
    synchronized (this) {
      begun = watch;
    }
    if (begun != null) {
      begun.close();
    }
  }
}
