package dev.regrow.runtime.image.source;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** What a registry knows somebody by. */
public record Credentials(String user, String password) {

  String basic() {
    var pair = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
    return "Basic " + Base64.getEncoder().encodeToString(pair);
  }

  /** Never the password. */
  @Override
  public String toString() {
    return "credentials of " + user;
  }
}
