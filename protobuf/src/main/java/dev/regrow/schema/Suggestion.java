package dev.regrow.schema;

import java.util.Collection;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Guesses what somebody meant. */
public final class Suggestion {
  private static final int LONGEST = 64;
  private static final int SHORTEST_END = 4;

  private Suggestion() {}

  /** The candidate at the smallest edit distance; null when none is near. */
  public static @Nullable String nearest(String written, Collection<String> candidates) {
    String best = null;
    int bestDistance = Integer.MAX_VALUE;
    String plain = plain(written);
    if (plain.length() > LONGEST) {
      return null;
    }
    for (String candidate : candidates) {
      int distance = distance(plain, plain(candidate));
      if (distance < bestDistance) {
        best = candidate;
        bestDistance = distance;
      }
    }
    return bestDistance <= Math.max(1, plain.length() / 3) ? best : null;
  }

  /** The same; when none is near, one that was written with something before it. */
  static @Nullable String nearestOrEnd(String written, Collection<String> candidates) {
    String nearest = nearest(written, candidates);
    String plain = plain(written);
    return nearest != null
        ? nearest
        : candidates.stream()
            .filter(each -> each.length() >= SHORTEST_END && plain.endsWith(plain(each)))
            .findFirst()
            .orElse(null);
  }

  private static String plain(String name) {
    return name.toLowerCase(Locale.ROOT).replace("_", "").replace("-", "");
  }

  /** Insertions, deletions, replacements and swaps of neighbours that turn one into the other. */
  static int distance(String a, String b) {
    int[][] cost = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          cost[i][j] = i + j;
          continue;
        }
        int replaced = cost[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        cost[i][j] = Math.min(replaced, Math.min(cost[i - 1][j], cost[i][j - 1]) + 1);
        boolean swapped =
            i > 1
                && j > 1
                && a.charAt(i - 1) == b.charAt(j - 2)
                && a.charAt(i - 2) == b.charAt(j - 1);
        if (swapped) {
          cost[i][j] = Math.min(cost[i][j], cost[i - 2][j - 2] + 1);
        }
      }
    }
    return cost[a.length()][b.length()];
  }
}
