package dev.regrow.actors.content;

import dev.regrow.core.codec.ConfigCodec;
import dev.regrow.core.codec.ContentsCodec;
import dev.regrow.core.codec.SecretCodec;
import dev.regrow.core.model.ContentRef;
import dev.regrow.core.store.Entry;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.Store;
import dev.regrow.core.store.Txn;
import dev.regrow.v1.StoredContent;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** What declared objects hold now. Stages fail with a store's failure. Thread-safe. */
public final class DeclaredContents {

  private final Store store;
  private final KnownHashes known = new KnownHashes();

  public DeclaredContents(Store store) {
    this.store = store;
  }

  /**
   * What an object holds.
   *
   * @param hash equal hashes are equal contents
   */
  public record Held(String hash, Set<String> keys) {}

  /** The hashes alone. */
  public static SortedMap<ContentRef, String> hashes(SortedMap<ContentRef, Held> held) {
    var hashes = new TreeMap<ContentRef, String>();
    held.forEach((ref, each) -> hashes.put(ref, each.hash()));
    return hashes;
  }

  /** Those that are there, as this server knows them. */
  public CompletionStage<SortedMap<ContentRef, Held>> here(
      String namespace, Collection<ContentRef> refs) {
    return all(namespace, refs, false, false);
  }

  /** Those that are there, as a majority knows them. */
  public CompletionStage<SortedMap<ContentRef, Held>> newest(
      String namespace, Collection<ContentRef> refs) {
    return all(namespace, refs, true, false);
  }

  /** The same; what they hold is kept from then on, for the revision that is about to be made. */
  public CompletionStage<SortedMap<ContentRef, Held>> kept(
      String namespace, Collection<ContentRef> refs) {
    return all(namespace, refs, true, true);
  }

  private CompletionStage<SortedMap<ContentRef, Held>> all(
      String namespace, Collection<ContentRef> refs, boolean newest, boolean keep) {
    CompletionStage<SortedMap<ContentRef, Held>> all =
        CompletableFuture.completedStage(new TreeMap<>());
    for (var ref : refs) {
      all = all.thenCompose(held -> add(held, namespace, ref, newest, keep));
    }
    return all;
  }

  private CompletionStage<SortedMap<ContentRef, Held>> add(
      SortedMap<ContentRef, Held> all,
      String namespace,
      ContentRef ref,
      boolean newest,
      boolean keep) {
    var one = RangeQuery.key(key(namespace, ref));
    return store
        .range(newest ? one.linearizable() : one)
        .thenCompose(
            found -> {
              if (found.entries().isEmpty()) {
                return CompletableFuture.completedStage(all);
              }
              var entry = found.entries().get(0);
              var held = known.of(entry);
              all.put(ref, held);
              return keep
                  ? keep(namespace, ref, held.hash(), entry).thenApply(kept -> all)
                  : CompletableFuture.completedStage(all);
            });
  }

  private CompletionStage<Void> keep(String namespace, ContentRef ref, String hash, Entry entry) {
    var key = Keys.content(namespace, ref.path(), hash);
    return store
        .range(RangeQuery.key(key).linearizable())
        .thenCompose(
            found -> {
              if (!found.entries().isEmpty()) {
                return CompletableFuture.completedStage(null);
              }
              var content = content(ref, entry);
              var put = new Txn.Write.Put(key, ContentsCodec.bytes(content));
              // Refused, it was kept by somebody else meanwhile: equal keys are equal contents.
              return store
                  .commit(new Txn(List.of(new Txn.Condition.Absent(key)), List.of(put)))
                  .thenApply(done -> null);
            });
  }

  /** Of a secret as it is: sealed. */
  private static StoredContent content(ContentRef ref, Entry entry) {
    return ref.kind() == ContentRef.Kind.SECRET
        ? StoredContent.newBuilder().setSealed(SecretCodec.stored(entry).getSealed()).build()
        : ContentsCodec.content(ConfigCodec.stored(entry).getDeclared());
  }

  private static String key(String namespace, ContentRef ref) {
    return switch (ref.kind()) {
      case CONFIG -> Keys.config(namespace, ref.name());
      case SECRET -> Keys.SECRETS + namespace + "/" + ref.name();
      case VOLUME, PULL_SECRET -> throw new IllegalArgumentException(ref + " has no content");
    };
  }
}
