package dev.regrow.core.store;

/**
 * A change of the store's group that is not made as things are. Its message names cause and fix.
 */
public final class MembershipRefused extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public MembershipRefused(String message) {
    super(message);
  }
}
