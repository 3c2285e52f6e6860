package dev.regrow.gateway.testing;

import dev.regrow.actors.control.ControlPlane.Subscription;
import dev.regrow.actors.control.ControlPlane.WatchSink;
import dev.regrow.actors.control.Refusal;
import dev.regrow.v1.WatchEvent;
import dev.regrow.v1.WatchType;
import dev.regrow.v1.Workload;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Who watches the fake cluster. Thread-safe. */
final class FakeWatches {

  private static final long OLDEST_REMEMBERED = 2;

  private final List<WatchSink> watching = new CopyOnWriteArrayList<>();

  int count() {
    return watching.size();
  }

  void tell(WatchType type, Workload workload) {
    var event = FakeViews.change(type, workload);
    watching.forEach(sink -> sink.onEvent(event));
  }

  /** Ends all of them. */
  void end(Refusal cause) {
    var sinks = List.copyOf(watching);
    watching.clear();
    sinks.forEach(sink -> sink.onEnd(cause));
  }

  /** Begins one; {@code current} is what it shows first when it is of no index. */
  Subscription begin(WatchSink sink, List<Workload> current, long since, long index) {
    if (since > index) {
      sink.onEnd(new Refusal(Refusal.Kind.BAD_REQUEST, "index " + since + " is yet to come"));
      return () -> {};
    }
    if (since > 0 && since < OLDEST_REMEMBERED) {
      sink.onEnd(new Refusal(Refusal.Kind.GONE, "index " + since + " is forgotten; list again"));
      return () -> {};
    }
    if (since == 0) {
      current.forEach(
          one ->
              sink.onEvent(FakeViews.change(WatchType.PUT, one).toBuilder().setIndex(0).build()));
      sink.onEvent(WatchEvent.newBuilder().setType(WatchType.SYNCED).setIndex(index).build());
    }
    watching.add(sink);
    return () -> watching.remove(sink);
  }
}
