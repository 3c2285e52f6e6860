package dev.regrow.chaos.bench;

import org.HdrHistogram.Histogram;

/**
 * Starts isolated copies of a trivial program that ends at once, and removes what is left of each.
 */
interface Starter {

  /** For a label. */
  String name();

  /**
   * One after another.
   *
   * @return nanoseconds from just before the start was asked for to the program's first instruction
   */
  Histogram latencies(int count) throws Exception;

  /** By two starters at once, each so many; removal counts. Starts in a second. */
  double perSecond(int countEach) throws Exception;
}
