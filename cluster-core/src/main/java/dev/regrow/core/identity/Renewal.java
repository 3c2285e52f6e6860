package dev.regrow.core.identity;

import java.time.Duration;
import java.time.Instant;

/**
 * When a certificate is renewed, by how long it lives: with a third of its life left, some of them
 * a little earlier, so that nodes that came together do not ask together.
 *
 * @param at from when on another is asked for
 * @param worry from when on it is told that there is none yet: a sixth is left
 * @param again between two attempts
 */
public record Renewal(Instant at, Instant worry, Duration again) {

  /** What a node's certificate lives, unless the node that signs was told otherwise. */
  public static final Duration USUAL = Duration.ofHours(24);

  private static final String PROPERTY = "regrow.certificate.seconds";

  private static final Duration AGAIN_MIN = Duration.ofSeconds(1);
  private static final Duration AGAIN_MAX = Duration.ofMinutes(5);

  /** What certificates live that this process signs: {@link #USUAL}, but in tests of renewals. */
  public static Duration lifetime() {
    return Duration.ofSeconds(Long.getLong(PROPERTY, USUAL.toSeconds()));
  }

  /**
   * @param chance 0 to 1, drawn once per certificate
   */
  public static Renewal of(CertifiedNode certificate, double chance) {
    var life = Duration.between(certificate.issuedAt(), certificate.goodUntil());
    var early = Duration.ofMillis((long) (life.toMillis() / 12.0 * chance));
    var again = life.dividedBy(300);
    return new Renewal(
        certificate.goodUntil().minus(life.dividedBy(3)).minus(early),
        certificate.goodUntil().minus(life.dividedBy(6)),
        again.compareTo(AGAIN_MIN) < 0
            ? AGAIN_MIN
            : again.compareTo(AGAIN_MAX) > 0 ? AGAIN_MAX : again);
  }

  public boolean isDue(Instant now) {
    return !now.isBefore(at);
  }

  /**
   * What is left until then.
   *
   * @return zero once it is due, and never more than the bound
   */
  public Duration left(Instant now, Duration bound) {
    var left = Duration.between(now, at);
    return left.isNegative() ? Duration.ZERO : left.compareTo(bound) < 0 ? left : bound;
  }

  /** Whether people should be told that it is not renewed yet. */
  public boolean isWorrying(Instant now) {
    return !now.isBefore(worry);
  }
}
