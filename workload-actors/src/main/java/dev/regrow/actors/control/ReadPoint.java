package dev.regrow.actors.control;

/**
 * How new an answer must be.
 *
 * @param consistent linearizable
 * @param minIndex at least as new as this index; 0: whatever this node knows
 */
public record ReadPoint(boolean consistent, long minIndex) {

  public static final ReadPoint LOCAL = new ReadPoint(false, 0);
}
