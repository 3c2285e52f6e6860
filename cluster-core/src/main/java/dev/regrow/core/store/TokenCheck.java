package dev.regrow.core.store;

import dev.regrow.v1.StoredToken;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** The tokens of the cluster for a node that may not read them: it is told of what it was shown. */
public interface TokenCheck {

  /**
   * Asks about one token.
   *
   * @param hash of the whole token, as it is stored
   * @return what is stored of it; empty if there is none of that id and hash. Fails with a {@link
   *     StoreException} if nobody can say
   */
  CompletionStage<Optional<StoredToken>> check(String id, String hash);
}
