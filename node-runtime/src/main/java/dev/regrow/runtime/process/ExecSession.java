package dev.regrow.runtime.process;

import dev.regrow.runtime.Exec;
import dev.regrow.runtime.cgroup.InstanceCgroup.Branch;
import dev.regrow.runtime.launch.Joiner;
import dev.regrow.runtime.syscall.Fd;
import dev.regrow.runtime.syscall.Kernel;
import dev.regrow.runtime.syscall.Signal;
import dev.regrow.runtime.syscall.SyscallException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One command and the threads that serve it: one for each of its streams, and one that awaits its
 * end. Each wait is short, as an instance may keep the other end of a pipe open for ever.
 *
 * <pre>
 * running ── command exits ──▶ the rest of it is killed ── all output told ──▶ onExit
 *    └── closed ──▶ orders closed: the command is killed ──┘
 * </pre>
 */
final class ExecSession implements Exec.Session {

  private static final Logger LOG = LoggerFactory.getLogger(ExecSession.class);

  private static final Duration LOOK = Duration.ofMillis(500);
  private static final Duration END_WITHIN = Duration.ofSeconds(10);
  private static final int KILLED = 137;
  private static final int READ_BYTES = 16 << 10;

  /** A pipe that has room takes so much without blocking. */
  private static final int WRITE_BYTES = 4096;

  /** More cannot have been written to a pipe before its writer ended. */
  private static final int PIPE_BYTES = 64 << 10;

  private static final int WAITING_BYTES_MAX = 256 << 10;

  private final Kernel kernel;
  private final Joiner joiner;
  private final Joiner.Joined joined;
  private final Branch branch;
  private final Exec.Listener listener;
  private final CountDownLatch readers = new CountDownLatch(2);
  private final Object lock = new Object();
  private final Deque<byte[]> waiting = new ArrayDeque<>();
  private int waitingBytes;
  private boolean inputEnded;
  private volatile boolean closed;
  private volatile boolean ended;

  ExecSession(
      Kernel kernel, Joiner joiner, Joiner.Joined joined, Branch branch, Exec.Listener listener) {
    this.kernel = kernel;
    this.joiner = joiner;
    this.joined = joined;
    this.branch = branch;
    this.listener = listener;
  }

  /** It was never executed: nothing of it may stay. */
  void abandon() {
    kill();
    reap();
    branch.end(END_WITHIN);
    joined.close();
  }

  /**
   * @param atEnd once nothing of it is left
   */
  void begin(ExecutorService threads, Runnable atEnd) {
    threads.execute(() -> read(joined.output(), Exec.Stream.OUTPUT));
    threads.execute(() -> read(joined.error(), Exec.Stream.ERROR));
    threads.execute(this::write);
    threads.execute(
        () -> {
          try {
            awaitEnd();
          } finally {
            atEnd.run();
          }
        });
  }

  private void read(Fd from, Exec.Stream stream) {
    try {
      var buffer = new byte[READ_BYTES];
      boolean wanted = true;
      int left = PIPE_BYTES;
      while (left > 0) {
        boolean last = ended; // What was written before its end is there by now.
        if (kernel.pollReadable(from, last ? Duration.ZERO : LOOK)) {
          int count = kernel.read(from, buffer);
          if (count == 0) {
            return;
          }
          left -= last ? count : 0;
          wanted = wanted && !closed && listener.onOutput(stream, Arrays.copyOf(buffer, count));
          if (!wanted && !closed) {
            close();
          }
        } else if (last) {
          return;
        }
      }
    } catch (RuntimeException e) {
      LOG.warn("the output of a command ends early: {}", e.getMessage());
      close();
    } finally {
      readers.countDown();
    }
  }

  private void awaitEnd() {
    try {
      while (!kernel.pollReadable(joined.pidfd(), LOOK)) {
        if (closed) {
          kill();
        }
      }
      int code = reap();
      branch.end(END_WITHIN); // What it left running would hold our pipes.
      ended = true;
      synchronized (lock) {
        lock.notifyAll();
      }
      readers.await();
      listener.onExit(code);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      kill();
    } catch (RuntimeException e) {
      LOG.error("a command in an instance cannot be followed", e);
      kill();
      listener.onExit(KILLED);
    } finally {
      ended = true;
      synchronized (lock) {
        joined.close();
        lock.notifyAll();
      }
    }
  }

  private void kill() {
    try {
      kernel.pidfdSendSignal(joined.pidfd(), Signal.KILL);
    } catch (SyscallException gone) {
      LOG.debug("it has ended by itself: {}", gone.getMessage());
    }
  }

  private int reap() {
    kernel.pollReadable(joined.pidfd(), END_WITHIN);
    return kernel
        .waitid(joined.pidfd())
        .map(exit -> exit.code())
        .filter(code -> code != null)
        .orElse(KILLED);
  }

  private void write() {
    try {
      for (var bytes = nextInput(); bytes.length > 0; bytes = nextInput()) {
        for (int at = 0; at < bytes.length; ) {
          if (ended || closed) {
            return;
          }
          if (kernel.pollWritable(joined.input(), LOOK)) {
            at += kernel.write(joined.input(), bytes, at, Math.min(WRITE_BYTES, bytes.length - at));
          }
        }
        if (took(bytes.length)) {
          listener.onRoom();
        }
      }
    } catch (SyscallException e) {
      LOG.debug("a command reads no more: {}", e.getMessage());
      discardInput();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IllegalStateException closedMeanwhile) {
      return;
    } finally {
      joined.input().close();
    }
  }

  /** Empty: no more comes. */
  private byte[] nextInput() throws InterruptedException {
    synchronized (lock) {
      while (waiting.isEmpty() && !inputEnded && !ended && !closed) {
        lock.wait();
      }
      var next = ended || closed ? null : waiting.poll();
      return next == null ? new byte[0] : next;
    }
  }

  /** Whether there is room again. */
  private boolean took(int bytes) {
    synchronized (lock) {
      boolean wasFull = waitingBytes >= WAITING_BYTES_MAX;
      waitingBytes -= bytes;
      return wasFull && waitingBytes < WAITING_BYTES_MAX;
    }
  }

  private void discardInput() {
    boolean wasFull;
    synchronized (lock) {
      wasFull = waitingBytes >= WAITING_BYTES_MAX;
      inputEnded = true;
      waiting.clear();
      waitingBytes = 0;
    }
    if (wasFull) {
      listener.onRoom();
    }
  }

  @Override
  public void input(byte[] bytes) {
    synchronized (lock) {
      if (!inputEnded && bytes.length > 0) {
        waiting.add(bytes);
        waitingBytes += bytes.length;
        lock.notifyAll();
      }
    }
  }

  @Override
  public boolean isFull() {
    synchronized (lock) {
      return waitingBytes >= WAITING_BYTES_MAX;
    }
  }

  @Override
  public void endInput() {
    synchronized (lock) {
      inputEnded = true;
      lock.notifyAll();
    }
  }

  @Override
  public void resize(Exec.Window window) {
    synchronized (lock) {
      if (!ended && !closed) {
        try {
          joiner.resize(joined, window);
        } catch (SyscallException e) {
          LOG.debug("it has ended: {}", e.getMessage());
        }
      }
    }
  }

  @Override
  public void close() {
    synchronized (lock) {
      closed = true;
      joined.orders().close();
      lock.notifyAll();
    }
  }
}
