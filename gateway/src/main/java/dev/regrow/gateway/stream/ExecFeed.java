package dev.regrow.gateway.stream;

import dev.regrow.gateway.server.Dialogue;
import dev.regrow.runtime.Exec;
import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A command between a client and the runtime, in messages of {@link ExecChannel}s. A client that
 * reads slowly holds the command up, and a command that reads slowly the client. Thread-safe.
 */
public final class ExecFeed implements Dialogue, Exec.Listener {

  public static final String PROTOCOL = ExecChannel.PROTOCOL;

  private static final int WAITING_BYTES_MAX = 256 << 10;

  /** Of messages that are not passed on, but read. */
  private static final int ORDER_BYTES_MAX = 256;

  private final Function<Exec.Listener, CompletionStage<Exec.Session>> begin;
  private final Runnable over;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition room = lock.newCondition();
  private final Deque<byte[]> waiting = new ArrayDeque<>();
  private int waitingBytes;
  private Runnable ready = () -> {};
  private @Nullable Next end;
  private Exec.@Nullable Session session;
  private boolean begun;
  private boolean told;

  /** What the client said before the command ran. */
  private final Deque<byte[]> early = new ArrayDeque<>();

  private int earlyBytes;
  private boolean earlyEnd;

  private @Nullable ExecChannel channel;
  private boolean channelAwaited;
  private final ByteArrayOutputStream order = new ByteArrayOutputStream();

  /**
   * @param begin runs the command
   * @param over nothing of it is left; run once
   */
  public ExecFeed(Function<Exec.Listener, CompletionStage<Exec.Session>> begin, Runnable over) {
    this.begin = begin;
    this.over = over;
  }

  @Override
  public void start(Runnable news) {
    locked(
        () -> {
          ready = news;
          begun = true;
        });
    var unused =
        begin
            .apply(this)
            .whenComplete(
                (started, failure) -> {
                  if (started == null) {
                    finish(ExecStatus.failed(failure));
                  } else {
                    started(started);
                  }
                });
  }

  private void started(Exec.Session started) {
    boolean unwanted;
    lock.lock();
    try {
      session = started;
      early.forEach(started::input);
      early.clear();
      if (earlyEnd) {
        started.endInput();
      }
      unwanted = end == BROKEN;
    } finally {
      lock.unlock();
    }
    if (unwanted) {
      started.close();
    } else {
      ready.run();
    }
  }

  @Override
  public Next next() {
    lock.lock();
    try {
      var message = waiting.poll();
      if (message == null) {
        return end == null ? LATER : end;
      }
      waitingBytes -= message.length;
      room.signalAll();
      return new Bytes(message);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    Exec.Session running;
    boolean never;
    lock.lock();
    try {
      end = BROKEN;
      waiting.clear();
      room.signalAll();
      running = session;
      never = !begun;
    } finally {
      lock.unlock();
    }
    if (running != null) {
      running.close();
    } else if (never) {
      tellOver();
    }
  }

  private void tellOver() {
    boolean first;
    lock.lock();
    try {
      first = !told;
      told = true;
    } finally {
      lock.unlock();
    }
    if (first) {
      over.run();
    }
  }

  @Override
  public boolean onOutput(Exec.Stream stream, byte[] bytes) {
    var from = stream == Exec.Stream.OUTPUT ? ExecChannel.STDOUT : ExecChannel.STDERR;
    lock.lock();
    try {
      while (end == null && waitingBytes >= WAITING_BYTES_MAX) {
        room.await();
      }
      if (end != null) {
        return false; // The client went away.
      }
      add(from.message(bytes));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      lock.unlock();
    }
    ready.run();
    return true;
  }

  private void add(byte[] message) {
    waiting.add(message);
    waitingBytes += message.length;
  }

  @Override
  public void onRoom() {
    ready.run();
  }

  @Override
  public void onExit(int code) {
    finish(ExecStatus.exited(code));
  }

  private void finish(byte[] status) {
    locked(
        () -> {
          if (end == null) {
            add(ExecChannel.ERROR.message(status));
            end = END;
          }
        });
    tellOver();
    ready.run();
  }

  @Override
  public void take(byte[] part, boolean begins, boolean ends) {
    int from = 0;
    if (begins) {
      channelAwaited = true;
      order.reset();
    }
    if (channelAwaited && part.length > 0) {
      channel = ExecChannel.of(part[0]);
      channelAwaited = false;
      from = 1;
    }
    if (channel == null || channelAwaited) {
      return; // Nobody listens there.
    }
    switch (channel) {
      case STDIN -> input(java.util.Arrays.copyOfRange(part, from, part.length));
      case RESIZE, CLOSE -> {
        if (order.size() + part.length <= ORDER_BYTES_MAX) {
          order.write(part, from, part.length - from);
        }
        if (ends) {
          obey(channel, order.toByteArray());
        }
      }
      case STDOUT, STDERR, ERROR -> {} // These are ours.
    }
  }

  private void input(byte[] bytes) {
    locked(
        () -> {
          if (session != null) {
            session.input(bytes);
          } else if (end == null && !earlyEnd) {
            early.add(bytes);
            earlyBytes += bytes.length;
          }
        });
  }

  private void obey(ExecChannel from, byte[] words) {
    locked(
        () -> {
          if (from == ExecChannel.CLOSE && words.length == 1 && words[0] == 0) {
            earlyEnd = true;
            if (session != null) {
              session.endInput();
            }
          } else if (from == ExecChannel.RESIZE && session != null) {
            ExecChannel.window(words).ifPresent(session::resize);
          }
        });
  }

  @Override
  public boolean isFull() {
    lock.lock();
    try {
      return session == null ? earlyBytes >= WAITING_BYTES_MAX : session.isFull();
    } finally {
      lock.unlock();
    }
  }

  private void locked(Runnable work) {
    lock.lock();
    try {
      work.run();
    } finally {
      lock.unlock();
    }
  }
}
