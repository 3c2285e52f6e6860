package dev.regrow.actors.bootstrap;

import java.util.Objects;

/** What this node runs. */
public final class Release {

  private Release() {}

  /** As in "1.4.0"; "development" where it was not packaged. */
  public static String version() {
    return Objects.requireNonNullElse(
        Release.class.getPackage().getImplementationVersion(), "development");
  }
}
