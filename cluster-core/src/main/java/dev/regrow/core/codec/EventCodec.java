package dev.regrow.core.codec;

import dev.regrow.core.model.EventKey;
import dev.regrow.core.model.Occurrence;
import dev.regrow.core.store.Entry;
import dev.regrow.schema.Visible;
import dev.regrow.v1.Event;
import dev.regrow.v1.Severity;
import dev.regrow.v1.StoredEvent;

/** Event records. */
public final class EventCodec {

  private EventCodec() {}

  static EventKey key(String key) {
    var last = key.substring(key.lastIndexOf('/') + 1);
    int dash = last.indexOf('-');
    return new EventKey(
        Long.parseLong(last.substring(0, dash)), Long.parseLong(last.substring(dash + 1)));
  }

  static StoredEvent stored(
      String namespace, String workload, EventKey key, Occurrence occurrence) {
    return StoredEvent.newBuilder()
        .setEvent(
            Event.newBuilder()
                .setId(workload + "-" + key.sequence())
                .setTime(occurrence.timeMillis())
                .setSeverity(occurrence.warning() ? Severity.WARNING : Severity.INFO)
                .setNamespace(namespace)
                .setWorkload(workload)
                .setInstance(occurrence.instance())
                .setSlot(occurrence.slot())
                .setNode(occurrence.node())
                .setReason(occurrence.reason())
                .setMessage(Visible.line(occurrence.message())))
        .build();
  }

  /** As the API shows it. */
  public static Event shown(Entry entry) {
    return Bytes.parse(StoredEvent.parser(), entry.value(), entry.key()).getEvent().toBuilder()
        .setIndex(entry.modIndex())
        .build();
  }
}
