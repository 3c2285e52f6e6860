package dev.regrow.actors.control;

import dev.regrow.core.store.RangeQuery;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.function.Function;

/** Where the next page of a list begins, as a word that means nothing to anybody else. */
final class Pages {

  private static final int LIMIT_MAX = 1000;

  private Pages() {}

  static int limit(ListQuery query) {
    return Math.max(1, Math.min(LIMIT_MAX, query.limit()));
  }

  /** The query for what comes after the page before. */
  static RangeQuery after(RangeQuery all, String next) {
    return next.isEmpty()
        ? all
        : new RangeQuery(
            key(next, all) + "\0", all.to(), all.limit(), all.consistent(), all.minIndex());
  }

  private static String key(String next, RangeQuery all) {
    var key = decoded(next);
    if (key.compareTo(all.from()) < 0 || key.compareTo(all.to()) >= 0) {
      throw foreign();
    }
    return key;
  }

  static String decoded(String next) {
    try {
      return new String(Base64.getUrlDecoder().decode(next), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException garbled) {
      throw foreign();
    }
  }

  private static Refusal foreign() {
    return new Refusal(
        Refusal.Kind.BAD_REQUEST, "this continue token is not one of this list; list again");
  }

  static String token(String lastKey) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(lastKey.getBytes(StandardCharsets.UTF_8));
  }

  /** Cuts a list that was read as a whole, ordered by {@code key}. */
  static <T> Listing<T> cut(List<T> sorted, Function<T, String> key, ListQuery query, long index) {
    var from = query.next().isEmpty() ? "" : decoded(query.next());
    var rest = sorted.stream().filter(item -> key.apply(item).compareTo(from) > 0).toList();
    int limit = limit(query);
    if (rest.size() <= limit) {
      return new Listing<>(rest, index, "");
    }
    var page = rest.subList(0, limit);
    return new Listing<>(page, index, token(key.apply(page.get(limit - 1))));
  }
}
