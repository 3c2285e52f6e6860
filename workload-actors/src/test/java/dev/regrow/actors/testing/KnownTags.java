package dev.regrow.actors.testing;

import dev.regrow.runtime.RuntimeFailure;
import dev.regrow.runtime.image.Digest;
import dev.regrow.runtime.image.ImageReference;
import dev.regrow.runtime.image.ImageTags;
import dev.regrow.runtime.image.PullPolicy;
import dev.regrow.runtime.image.source.Credentials;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** A registry in memory that says what tags stand for. */
public final class KnownTags implements ImageTags {

  private final Map<String, Digest> tags = new ConcurrentHashMap<>();
  private final List<String> asked = new ArrayList<>();
  private final List<Credentials> shown = new ArrayList<>();
  private volatile boolean away;

  /** From now on a reference stands for the image whose digest begins so. */
  public String push(String reference, String hex) {
    var digest = new Digest(hex + "0".repeat(64 - hex.length()));
    tags.put(reference, digest);
    return digest.toString();
  }

  /** It does not answer. */
  public void goAway() {
    away = true;
  }

  public void forget() {
    tags.clear();
    asked.clear();
    shown.clear();
    away = false;
  }

  /** What somebody wanted to know, in order. */
  public List<String> asked() {
    return List.copyOf(asked);
  }

  /** What it was shown by those who had anything to show, in order. */
  public List<Credentials> shown() {
    return List.copyOf(shown);
  }

  @Override
  public CompletionStage<Digest> resolve(
      ImageReference reference, PullPolicy policy, @Nullable Credentials credentials) {
    asked.add(reference.toString());
    if (credentials != null) {
      shown.add(credentials);
    }
    if (away) {
      return failed("the registry does not answer", true);
    }
    var digest = tags.get(reference.toString());
    return digest == null
        ? failed("the registry has no " + reference, false)
        : CompletableFuture.completedStage(digest);
  }

  private static CompletionStage<Digest> failed(String why, boolean retryable) {
    return CompletableFuture.failedStage(new RuntimeFailure(why, retryable));
  }
}
