package dev.regrow.runtime;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads what instances wrote to stdout and stderr. */
public interface Logs {

  /** Starts to read; see {@link Query}. Calls to one sink never overlap. */
  Reading read(InstanceKey key, Query query, Sink sink);

  /** The attempts that something is kept of, oldest first. Blocks for a moment. */
  List<Attempt> attempts(InstanceKey key);

  /**
   * @param startedAt null: not known
   * @param ended null: it runs, or nobody saw its end
   */
  record Attempt(int attempt, @Nullable Instant startedAt, @Nullable Ended ended) {}

  /**
   * @param attempt only this attempt; 0: all that are kept, in order; -1: the one before the last
   * @param tail only the last so many lines of what is kept; -1: all
   * @param since only what was written after; null: all
   * @param follow go on until the instance is forgotten or the reading is closed
   */
  record Query(int attempt, int tail, @Nullable Instant since, boolean follow) {}

  /** Learns what was written. Its methods must not block: the thread is all readers'. */
  interface Sink {
    /**
     * Asked before each chunk. False: the reading rests until somebody calls {@link Reading#goOn}.
     */
    default boolean hasRoom() {
      return true;
    }

    /**
     * @return how the reading shall go on: false ends it
     */
    boolean onChunk(Chunk chunk);

    /** All was read, or the reading failed. Called once, last. */
    void onEnd(@Nullable RuntimeFailure failure);
  }

  /**
   * One write, or a part of one.
   *
   * @param dropped how many bytes were dropped before this one because the disk did not keep up
   */
  record Chunk(int attempt, Stream stream, Instant time, byte[] bytes, long dropped) {}

  /** Where it was written to. */
  enum Stream {
    STDOUT,
    STDERR
  }

  /** A running reading. */
  interface Reading extends AutoCloseable {
    /** Its sink has room again. Does not block; more often than needed does no harm. */
    void goOn();

    @Override
    void close();
  }
}
