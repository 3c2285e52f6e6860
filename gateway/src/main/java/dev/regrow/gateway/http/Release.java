package dev.regrow.gateway.http;

/** Which release this is. */
final class Release {

  private Release() {}

  /** As in the jar's manifest; "development" when run from classes. */
  static String version() {
    var version = Release.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }
}
