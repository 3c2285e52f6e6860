package dev.regrow.core.codec;

import dev.regrow.core.store.Entry;
import dev.regrow.v1.StoredToken;
import dev.regrow.v1.Token;
import dev.regrow.v1.TokenRole;
import java.util.Locale;

/**
 * Records of tokens, and what is shown of them: never the token, which nobody but its owner has.
 */
public final class TokenCodec {

  private static final String PREFIX = "TOKEN_";

  private TokenCodec() {}

  public static StoredToken stored(Entry entry) {
    return Bytes.parse(StoredToken.parser(), entry.value(), entry.key());
  }

  public static Token shown(Entry entry) {
    return shown(stored(entry), entry.modIndex());
  }

  /**
   * @param index of the record
   */
  public static Token shown(StoredToken stored, long index) {
    return Token.newBuilder()
        .setId(stored.getId())
        .setRole(role(stored.getRole()))
        .addAllNamespaces(stored.getNamespacesList())
        .setCreatedAt(stored.getCreatedAt())
        .setExpiresAt(stored.getExpiresAt())
        .setIndex(index)
        .build();
  }

  /** A role's name in records. */
  public static String text(TokenRole role) {
    return role.name().substring(PREFIX.length()).toLowerCase(Locale.ROOT);
  }

  /** A role that this release does not know is shown as none. */
  private static TokenRole role(String text) {
    for (var role : TokenRole.values()) {
      if (role.name().equals(PREFIX + text.toUpperCase(Locale.ROOT))) {
        return role;
      }
    }
    return TokenRole.TOKEN_ROLE_UNSPECIFIED;
  }
}
