package dev.regrow.client;

import java.util.regex.Pattern;

/**
 * What lets a node join: {@code TOKEN@sha256:HEX}, a token and the digest (SHA-256 over DER, hex)
 * of the certificate of the cluster's authority. Earlier releases gave out the token alone.
 *
 * @param token what is shown to the cluster
 * @param authority {@code sha256:HEX}, by which the cluster is known before it is shown anything;
 *     "" if the token names none
 */
public record JoinToken(String token, String authority) {

  private static final Pattern TEXT =
      Pattern.compile("([0-9A-Za-z._-]{1,512})(?:@(sha256:[0-9a-f]{64}))?");

  /**
   * Reads the one that a file holds.
   *
   * @throws IllegalArgumentException if it is none; the message holds nothing of the text
   */
  public static JoinToken parse(String text) {
    var matcher = TEXT.matcher(text.strip());
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "what it holds is no join token, as TOKEN@sha256:HEX; make one: regrow token create"
              + " --role join");
    }
    var authority = matcher.group(2);
    return new JoinToken(matcher.group(1), authority == null ? "" : authority);
  }

  /** Never the token. */
  @Override
  public String toString() {
    return "JoinToken[" + authority + "]";
  }
}
