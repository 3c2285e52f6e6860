package dev.regrow.gateway.testing;

import dev.regrow.gateway.stream.LocalInstances;
import dev.regrow.runtime.Ended;
import dev.regrow.runtime.InstanceKey;
import dev.regrow.runtime.Load;
import dev.regrow.runtime.Logs;
import dev.regrow.runtime.RunningInstance;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** Instances of which each wrote the same; a reading that follows never ends by itself. */
public final class FakeLogs implements LocalInstances, Logs {

  private final List<Chunk> written = new ArrayList<>();
  private final List<Query> queries = new ArrayList<>();
  private final Map<InstanceKey, RunningInstance> running = new ConcurrentHashMap<>();
  private final AtomicInteger taken = new AtomicInteger();
  private final AtomicInteger closed = new AtomicInteger();
  private final Executor threads =
      Executors.newCachedThreadPool(
          work -> {
            var thread = new Thread(work, "fake-logs");
            thread.setDaemon(true);
            return thread;
          });

  public synchronized void wrote(Stream stream, byte[] bytes) {
    written.add(new Chunk(1, stream, Instant.ofEpochSecond(1_700_000_000L), bytes, 0));
  }

  public synchronized List<Query> queries() {
    return List.copyOf(queries);
  }

  /** How many chunks readers have taken. */
  public int taken() {
    return taken.get();
  }

  /** How many readings were closed. */
  public int closed() {
    return closed.get();
  }

  @Override
  public Optional<InstanceKey> find(String namespace, String idOrSlot) {
    return idOrSlot.equals("local-0")
        ? Optional.of(new InstanceKey(namespace, "local", "local-id0"))
        : Optional.empty();
  }

  /** What runs here at the moment, by its key. */
  public void runs(RunningInstance instance) {
    running.put(instance.key(), instance);
  }

  @Override
  public Optional<RunningInstance> running(InstanceKey key) {
    return Optional.ofNullable(running.get(key));
  }

  @Override
  public List<RunningInstance> running() {
    return List.copyOf(running.values());
  }

  @Override
  public Load.OfMachine load() {
    return new Load.OfMachine(
        7_000_000_000L, 2, 3_000_000_000L, 1 << 30, 4L << 30, new Load.Stalled(1.5, 0, 0.25));
  }

  @Override
  public List<Attempt> attempts(InstanceKey key) {
    return List.of(
        new Attempt(
            3,
            Instant.ofEpochSecond(1_700_000_000L),
            new Ended(
                null,
                "KILL",
                Ended.Reason.OOM_KILLED,
                "its memory limit was hit",
                Instant.ofEpochSecond(1_700_000_060L))),
        new Attempt(4, null, null));
  }

  @Override
  public Logs logs() {
    return this;
  }

  @Override
  public Reading read(InstanceKey key, Query query, Sink sink) {
    List<Chunk> chunks;
    synchronized (this) {
      queries.add(query);
      chunks = List.copyOf(written);
    }
    var reading = new FakeReading();
    threads.execute(
        () -> {
          for (var chunk : chunks) {
            while (!sink.hasRoom()) {
              reading.wentOn.acquireUninterruptibly();
            }
            if (!reading.open.get() || !sink.onChunk(chunk)) {
              return;
            }
            taken.incrementAndGet();
          }
          if (!query.follow()) {
            sink.onEnd(null);
          }
        });
    return reading;
  }

  private final class FakeReading implements Reading {
    private final AtomicBoolean open = new AtomicBoolean(true);
    private final Semaphore wentOn = new Semaphore(0);

    @Override
    public void goOn() {
      wentOn.release();
    }

    @Override
    public void close() {
      if (open.getAndSet(false)) {
        closed.incrementAndGet();
      }
      wentOn.release(); // A sink that is closed takes none, and has room.
    }
  }
}
