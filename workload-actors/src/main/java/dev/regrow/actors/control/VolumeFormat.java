package dev.regrow.actors.control;

import com.google.protobuf.ByteString;
import dev.regrow.core.codec.PlaceCodec;
import dev.regrow.core.codec.VolumeCodec;
import dev.regrow.core.model.ContentRef;
import dev.regrow.core.store.Entry;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.Store;
import dev.regrow.core.store.Txn;
import dev.regrow.schema.Schema;
import dev.regrow.v1.NamedVolume;
import dev.regrow.v1.StoredPlace;
import dev.regrow.v1.StoredVolume;
import dev.regrow.v1.VolumePlace;
import dev.regrow.v1.WatchEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Volumes: what is declared is little; where the data is says the placing of instances. */
final class VolumeFormat implements ObjectFormat<NamedVolume> {

  private final Store store;
  private final LongSupplier wallMillis;

  VolumeFormat(Store store, LongSupplier wallMillis) {
    this.store = store;
    this.wallMillis = wallMillis;
  }

  @Override
  public ContentRef.Kind kind() {
    return ContentRef.Kind.VOLUME;
  }

  @Override
  public String prefix() {
    return Keys.VOLUMES;
  }

  @Override
  public WorkloadRef ref(NamedVolume object) {
    return new WorkloadRef(object.getNamespace(), object.getName());
  }

  @Override
  public Map<String, String> labels(NamedVolume object) {
    return object.getLabelsMap();
  }

  @Override
  public boolean same(Entry record, NamedVolume declared) {
    return VolumeCodec.stored(record).getDeclared().equals(content(declared));
  }

  @Override
  public boolean rolls(Entry record, NamedVolume declared) {
    return false;
  }

  private static NamedVolume content(NamedVolume declared) {
    return declared.toBuilder().clearPlaces().clearUid().clearIndex().build();
  }

  @Override
  public ByteString next(@Nullable Entry before, NamedVolume declared) {
    var next =
        before == null
            ? StoredVolume.newBuilder()
                .setUid(UUID.randomUUID().toString())
                .setCreatedAt(wallMillis.getAsLong())
            : VolumeCodec.stored(before).toBuilder();
    return VolumeCodec.bytes(
        next.setDeclared(content(declared)).setSchemaVersion(Schema.VERSION).build());
  }

  @Override
  public NamedVolume shown(Entry record) {
    return VolumeCodec.shown(record);
  }

  @Override
  public CompletionStage<NamedVolume> completed(NamedVolume shown) {
    return places(shown)
        .thenApply(
            places -> {
              var with = shown.toBuilder().clearPlaces();
              for (var entry : places) {
                var place = PlaceCodec.place(entry);
                with.addPlaces(
                    VolumePlace.newBuilder()
                        .setWorkload(place.getWorkload())
                        .setSlot(PlaceCodec.slotName(place))
                        .setNode(place.getNodeName()));
              }
              return with.build();
            });
  }

  private CompletionStage<List<Entry>> places(NamedVolume volume) {
    return store
        .range(RangeQuery.prefix(Keys.PLACES + volume.getNamespace() + "/"))
        .thenApply(
            found ->
                found.entries().stream()
                    .filter(entry -> PlaceCodec.place(entry).getVolume().equals(volume.getName()))
                    .toList());
  }

  /** The places are forgotten; each node is told to delete what it has, and says when it did. */
  @Override
  public CompletionStage<List<Txn.Write>> goingWith(NamedVolume shown) {
    return places(shown)
        .thenApply(
            places -> {
              var writes = new ArrayList<Txn.Write>();
              for (var entry : places) {
                StoredPlace place = PlaceCodec.place(entry);
                var key =
                    Keys.nodeVolume(
                        place.getNodeUid(),
                        shown.getNamespace(),
                        place.getVolume(),
                        PlaceCodec.slotName(place));
                var deleted = place.toBuilder().setDeletedAt(wallMillis.getAsLong()).build();
                writes.add(new Txn.Write.Delete(entry.key()));
                writes.add(new Txn.Write.Put(key, PlaceCodec.bytes(deleted)));
              }
              return writes;
            });
  }

  @Override
  public WatchEvent.Builder event(NamedVolume shown) {
    return WatchEvent.newBuilder().setVolume(shown);
  }
}
