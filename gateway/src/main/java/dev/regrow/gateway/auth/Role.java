package dev.regrow.gateway.auth;

import java.util.Locale;
import java.util.Optional;

/** What a token may do; each role but JOIN may do what those before it may. */
public enum Role {
  /** Let a node join, and nothing else. */
  JOIN,
  READ,
  DEPLOY,
  ADMIN;

  /** Whether who has this role may do what {@code needed} is needed for. */
  public boolean allows(Role needed) {
    boolean ofPeople = this != JOIN && needed != JOIN;
    return ofPeople ? compareTo(needed) >= 0 : this == needed;
  }

  /** As in the API and the store: {@code read}, {@code deploy}, {@code admin}, {@code join}. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The role of that text; empty for one that this release does not know, which may do nothing. */
  public static Optional<Role> of(String text) {
    for (Role role : values()) {
      if (role.text().equals(text)) {
        return Optional.of(role);
      }
    }
    return Optional.empty();
  }
}
