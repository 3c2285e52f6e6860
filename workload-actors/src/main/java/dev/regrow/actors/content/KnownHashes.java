package dev.regrow.actors.content;

import dev.regrow.actors.content.DeclaredContents.Held;
import dev.regrow.core.codec.ConfigCodec;
import dev.regrow.core.codec.ContentsCodec;
import dev.regrow.core.codec.SecretCodec;
import dev.regrow.core.store.Entry;
import dev.regrow.core.store.Keys;
import java.util.LinkedHashMap;
import java.util.Map;

/** Hashes of records, so that the sweep does not compute them anew each time. Thread-safe. */
final class KnownHashes {

  private static final int MAX = 10_000;

  private record Known(long modIndex, Held held) {}

  private final Map<String, Known> byKey =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Known> eldest) {
          return size() > MAX;
        }
      };

  Held of(Entry entry) {
    synchronized (byKey) {
      var known = byKey.get(entry.key());
      if (known != null && known.modIndex() == entry.modIndex()) {
        return known.held();
      }
    }
    if (entry.key().startsWith(Keys.SECRETS)) {
      var stored = SecretCodec.stored(entry);
      return new Held(
          stored.getHash(), java.util.Set.copyOf(stored.getDeclared().getHashesMap().keySet()));
    }
    var data = ContentsCodec.content(ConfigCodec.stored(entry).getDeclared()).getDataMap();
    var held = new Held(ContentsCodec.hash(data), java.util.Set.copyOf(data.keySet()));
    synchronized (byKey) {
      byKey.put(entry.key(), new Known(entry.modIndex(), held));
    }
    return held;
  }
}
