package dev.regrow.runtime.image.source;

import java.time.Duration;

/** When to ask again. Pure. */
final class Retries {

  private static final long FIRST_MILLIS = 200;

  private Retries() {}

  static boolean mayPass(int status) {
    return status == 408 || status == 416 || status == 429 || status >= 500;
  }

  /**
   * @param tried how often, from 1
   * @param retryAfter the header: seconds, or something that is passed over
   */
  static Duration pause(int tried, String retryAfter) {
    if (retryAfter.matches("[0-9]{1,6}")) {
      return Duration.ofSeconds(Long.parseLong(retryAfter));
    }
    return Duration.ofMillis(FIRST_MILLIS << Math.min(10, tried - 1));
  }
}
