package dev.regrow.gateway.stream;

import dev.regrow.gateway.server.ByteStream;
import dev.regrow.runtime.InstanceKey;
import dev.regrow.runtime.Logs;
import dev.regrow.runtime.RuntimeFailure;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an instance wrote, as a stream that is back-pressured down to the reading of the files: the
 * reader waits for the client, but no longer than {@link #PATIENCE} for one chunk.
 */
public final class LogFeed implements ByteStream, Logs.Sink {

  private static final Logger LOG = LoggerFactory.getLogger(LogFeed.class);

  static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int CHUNKS_MAX = 16;

  private final Function<Logs.Sink, Logs.Reading> begin;
  private final Function<Logs.Chunk, byte[]> written;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition room = lock.newCondition();
  private final Deque<Logs.Chunk> waiting = new ArrayDeque<>();
  private Runnable ready = () -> {};
  private @Nullable Next end;
  private Logs.@Nullable Reading reading;

  private LogFeed(Function<Logs.Sink, Logs.Reading> begin, Function<Logs.Chunk, byte[]> written) {
    this.begin = begin;
    this.written = written;
  }

  /**
   * The chunks, in the order in which they were written. Closing it ends the reading.
   *
   * @param written each chunk's bytes
   */
  public static ByteStream read(
      Logs logs, InstanceKey key, Logs.Query query, Function<Logs.Chunk, byte[]> written) {
    return new LogFeed(sink -> logs.read(key, query, sink), written);
  }

  @Override
  public void start(Runnable news) {
    lock.lock();
    try {
      ready = news;
    } finally {
      lock.unlock();
    }
    var begun = begin.apply(this);
    boolean closed;
    lock.lock();
    try {
      reading = begun;
      closed = end == BROKEN;
    } finally {
      lock.unlock();
    }
    if (closed) {
      begun.close();
    }
  }

  @Override
  public Next next() {
    lock.lock();
    try {
      var chunk = waiting.poll();
      if (chunk != null) {
        room.signalAll();
        return new Bytes(written.apply(chunk));
      }
      return end == null ? LATER : end;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    Logs.Reading begun;
    lock.lock();
    try {
      end = BROKEN;
      waiting.clear();
      room.signalAll();
      begun = reading;
      reading = null;
    } finally {
      lock.unlock();
    }
    if (begun != null) {
      begun.close();
    }
  }

  @Override
  public boolean onChunk(Logs.Chunk chunk) {
    if (!taken(chunk)) {
      return false;
    }
    ready.run();
    return true;
  }

  private boolean taken(Logs.Chunk chunk) {
    lock.lock();
    try {
      long left = PATIENCE.toNanos();
      while (end == null && waiting.size() >= CHUNKS_MAX && left > 0) {
        left = room.awaitNanos(left);
      }
      if (end != null) {
        return false; // The client went away.
      }
      if (waiting.size() >= CHUNKS_MAX) {
        LOG.info("A client took nothing for {} s: its logs end", PATIENCE.toSeconds());
        end = BROKEN;
        return false;
      }
      return waiting.add(chunk);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      end = BROKEN;
      return false;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void onEnd(@Nullable RuntimeFailure failure) {
    lock.lock();
    try {
      if (end == null) {
        end = failure == null ? END : BROKEN;
      }
    } finally {
      lock.unlock();
    }
    if (failure != null) {
      LOG.warn("Logs end early: {}", failure.getMessage());
    }
    ready.run();
  }
}
