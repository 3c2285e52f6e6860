package dev.regrow.actors.control;

import dev.regrow.actors.content.DeclaredContents;
import dev.regrow.actors.content.DeclaredContents.Held;
import dev.regrow.core.codec.ContentsCodec;
import dev.regrow.core.model.ContentRef;
import dev.regrow.v1.FieldError;
import dev.regrow.v1.Workload;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The objects that a workload refers to: what they hold becomes part of its revision. */
final class References {

  private final DeclaredContents contents;

  References(DeclaredContents contents) {
    this.contents = contents;
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
    if (refs.isEmpty()) {
      return CompletableFuture.completedStage(Map.of());
    }
    return contents
        .kept(declared.getNamespace(), refs)
        .thenApply(
            held -> {
              var missing = missing(declared, held);
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
        .thenApply(held -> new Resolved(DeclaredContents.hashes(held), missing(declared, held)));
  }

  private static List<FieldError> missing(Workload declared, SortedMap<ContentRef, Held> held) {
    var missing = new ArrayList<FieldError>();
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
