package dev.regrow.gateway.stream;

import dev.regrow.gateway.server.ByteStream;
import dev.regrow.runtime.InstanceKey;
import dev.regrow.runtime.Logs;
import dev.regrow.runtime.RuntimeFailure;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an instance wrote, as a stream that is back-pressured down to the reading of the files: that
 * rests while the client does not take what waits here, and no thread waits for it.
 */
public final class LogFeed implements ByteStream, Logs.Sink {

  private static final Logger LOG = LoggerFactory.getLogger(LogFeed.class);

  private static final int CHUNKS_MAX = 16;

  /** From here on it is worth to read again. */
  private static final int CHUNKS_FEW = CHUNKS_MAX / 2;

  private final Function<Logs.Sink, Logs.Reading> begin;
  private final Function<Logs.Chunk, byte[]> written;
  private final ReentrantLock lock = new ReentrantLock();
  private final Deque<Logs.Chunk> waiting = new ArrayDeque<>();
  private Runnable ready = () -> {};
  private @Nullable Next end;
  private Logs.@Nullable Reading reading;

  /** The reading rests. */
  private boolean full;

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
    Bytes next;
    Logs.Reading resting = null;
    lock.lock();
    try {
      var chunk = waiting.poll();
      if (chunk == null) {
        return end == null ? LATER : end;
      }
      next = new Bytes(written.apply(chunk));
      if (full && waiting.size() <= CHUNKS_FEW) {
        full = false;
        resting = reading;
      }
    } finally {
      lock.unlock();
    }
    if (resting != null) {
      resting.goOn();
    }
    return next;
  }

  @Override
  public void close() {
    Logs.Reading begun;
    lock.lock();
    try {
      end = BROKEN;
      waiting.clear();
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
  public boolean hasRoom() {
    lock.lock();
    try {
      full = end == null && waiting.size() >= CHUNKS_MAX;
      return !full;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean onChunk(Logs.Chunk chunk) {
    lock.lock();
    try {
      if (end != null) {
        return false; // The client went away.
      }
      waiting.add(chunk);
    } finally {
      lock.unlock();
    }
    ready.run();
    return true;
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
