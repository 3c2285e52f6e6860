package dev.regrow.gateway.auth;

import dev.regrow.v1.StoredToken;
import java.util.List;

/**
 * What a token that was shown allows.
 *
 * @param token as it is stored; two that are equal are one token
 */
public record Pass(StoredToken token, Role role) {

  public String id() {
    return token.getId();
  }

  /** Where it counts; none: everywhere. */
  public List<String> namespaces() {
    return token.getNamespacesList();
  }

  public boolean countsEverywhere() {
    return token.getNamespacesCount() == 0;
  }
}
