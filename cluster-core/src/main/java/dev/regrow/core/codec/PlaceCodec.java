package dev.regrow.core.codec;

import com.google.protobuf.ByteString;
import dev.regrow.core.model.NodeRef;
import dev.regrow.core.model.PlaceKey;
import dev.regrow.core.store.Entry;
import dev.regrow.v1.StoredPlace;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/** Where the data of slots is. */
public final class PlaceCodec {

  private PlaceCodec() {}

  public static StoredPlace place(Entry entry) {
    return Bytes.parse(StoredPlace.parser(), entry.value(), entry.key());
  }

  public static ByteString bytes(StoredPlace place) {
    return Bytes.stored(place);
  }

  /** As {@code web-2}. */
  public static String slotName(StoredPlace place) {
    return place.getWorkload() + "-" + place.getSlot();
  }

  static NavigableMap<PlaceKey, NodeRef> places(List<Entry> entries) {
    var places = new TreeMap<PlaceKey, NodeRef>();
    for (var entry : entries) {
      var place = place(entry);
      places.put(
          new PlaceKey(place.getVolume(), place.getSlot()),
          new NodeRef(place.getNodeUid(), place.getNodeName()));
    }
    return places;
  }

  static StoredPlace stored(String workload, PlaceKey key, NodeRef node) {
    return StoredPlace.newBuilder()
        .setWorkload(workload)
        .setVolume(key.volume())
        .setSlot(key.slot())
        .setNodeUid(node.uid())
        .setNodeName(node.name())
        .build();
  }
}
