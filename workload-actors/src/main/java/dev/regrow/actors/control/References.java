package dev.regrow.actors.control;

import dev.regrow.actors.content.DeclaredContents;
import dev.regrow.actors.content.DeclaredContents.Held;
import dev.regrow.core.codec.ContentsCodec;
import dev.regrow.core.model.ContentRef;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.Store;
import dev.regrow.v1.FieldError;
import dev.regrow.v1.Workload;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The objects that a workload refers to: what they hold becomes part of its revision. */
final class References {

  private final Store store;
  private final DeclaredContents contents;

  References(Store store) {
    this.store = store;
    this.contents = new DeclaredContents(store);
  }

  /** What is referred to, as far as it is there, and what is missing, in words. */
  record Resolved(SortedMap<ContentRef, String> hashes, List<FieldError> missing) {}

  /**
   * The hashes of what it refers to, by path; from then on that is kept for the revision to come.
   *
   * @return fails with a {@link Refusal} that names every reference that leads nowhere
   */
  CompletionStage<Map<String, String>> kept(Workload declared) {
    var refs = ContentsCodec.refs(declared.getInstance());
    if (refs.isEmpty()
        && ContentsCodec.volumes(declared.getInstance()).isEmpty()
        && declared.getInstance().getPullSecret().isEmpty()) {
      return CompletableFuture.completedStage(Map.of());
    }
    return contents
        .kept(declared.getNamespace(), refs)
        .thenCombine(
            others(declared),
            (held, others) -> {
              var missing = missing(declared, held, others);
              if (!missing.isEmpty()) {
                throw new Refusal(
                    Refusal.Kind.INVALID,
                    "%s: %s".formatted(missing.get(0).getField(), missing.get(0).getMessage()),
                    missing);
              }
              var paths = new HashMap<String, String>();
              held.forEach((ref, each) -> paths.put(ref.path(), each.hash()));
              return paths;
            });
  }

  /** The same, changing nothing and refusing nothing. */
  CompletionStage<Resolved> looked(Workload declared) {
    var refs = ContentsCodec.refs(declared.getInstance());
    return contents
        .newest(declared.getNamespace(), refs)
        .thenCombine(
            others(declared),
            (held, others) ->
                new Resolved(DeclaredContents.hashes(held), missing(declared, held, others)));
  }

  /** What is referred to and is no content: which of it is there. */
  private record Others(Set<String> volumes, boolean pullSecret) {}

  private CompletionStage<Others> others(Workload declared) {
    var name = declared.getInstance().getPullSecret();
    var secret = new ContentRef(ContentRef.Kind.SECRET, name);
    var there =
        name.isEmpty()
            ? CompletableFuture.completedStage(true)
            : contents
                .newest(declared.getNamespace(), Set.of(secret))
                .thenApply(held -> held.containsKey(secret));
    return volumes(declared).thenCombine(there, Others::new);
  }

  /** The named volumes among those that it mounts that are declared. */
  private CompletionStage<Set<String>> volumes(Workload declared) {
    CompletionStage<Set<String>> all = CompletableFuture.completedStage(new TreeSet<>());
    for (var name : ContentsCodec.volumes(declared.getInstance())) {
      var key = RangeQuery.key(Keys.VOLUMES + declared.getNamespace() + "/" + name);
      all =
          all.thenCombine(
              store.range(key.linearizable()),
              (names, found) -> {
                if (!found.entries().isEmpty()) {
                  names.add(name);
                }
                return names;
              });
    }
    return all;
  }

  private static List<FieldError> missing(
      Workload declared, SortedMap<ContentRef, Held> held, Others others) {
    var missing = new ArrayList<FieldError>();
    if (!others.pullSecret()) {
      var secret = new ContentRef(ContentRef.Kind.SECRET, declared.getInstance().getPullSecret());
      missing.add(absent("instance.pullSecret", secret, declared.getNamespace()));
    }
    new TreeMap<>(declared.getInstance().getEnvFromMap())
        .forEach(
            (name, key) -> {
              var ref = ContentsCodec.ref(key);
              var field = "instance.env." + name + ".";
              var there = held.get(ref);
              if (there == null) {
                missing.add(absent(field + ref.kind().text(), ref, declared.getNamespace()));
              } else if (!there.keys().contains(key.getKey())) {
                missing.add(error(field + "key", noKey(ref, key.getKey(), there)));
              }
            });
    var volumes = declared.getInstance().getVolumesList();
    for (int i = 0; i < volumes.size(); i++) {
      var volume = volumes.get(i);
      if (volume.hasVolume() && !others.volumes().contains(volume.getVolume())) {
        missing.add(
            error(
                "instance.volumes[%d].volume".formatted(i),
                "there is no volume %s in namespace %s; declare it first: {kind: Volume, name: %s}"
                    .formatted(volume.getVolume(), declared.getNamespace(), volume.getVolume())));
      }
      if (ContentsCodec.isContent(volumes.get(i))) {
        var ref = ContentsCodec.ref(volumes.get(i));
        if (!held.containsKey(ref)) {
          var field = "instance.volumes[%d].%s".formatted(i, ref.kind().text());
          missing.add(absent(field, ref, declared.getNamespace()));
        }
      }
    }
    return missing;
  }

  private static FieldError absent(String field, ContentRef ref, String namespace) {
    return error(
        field,
        "there is no %s in namespace %s; declare it first: regrow %s set %s KEY=VALUE"
            .formatted(ref, namespace, ref.kind().text(), ref.name()));
  }

  private static String noKey(ContentRef ref, String key, Held held) {
    return "%s has no key %s; it has: %s"
        .formatted(ref, key, String.join(", ", new java.util.TreeSet<>(held.keys())));
  }

  private static FieldError error(String field, String message) {
    return FieldError.newBuilder().setField(field).setMessage(message).build();
  }
}
