package dev.regrow.gateway.server;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The body of one request on its way in.
 *
 * <pre>
 * held (a little) ── read ──▶ collected ── whole ──▶ the reader has it
 *       │                        └── too large, too slow, broken ──▶ the reader knows
 *       └── answered without it ──▶ thrown away, up to a bound
 * </pre>
 *
 * <p>All but {@link #read} is for the connection's event loop.
 */
public final class Incoming {

  /** What is taken off the wire before anybody asks. */
  private static final int HELD_MAX = 64 << 10;

  /** More than this is not even thrown away: the connection ends. */
  static final long THROWN_AWAY_MAX = 16L << 20;

  private static final Duration THROWN_AWAY_WITHIN = Duration.ofSeconds(10);
  private static final byte[] NONE = {};

  /** Where it comes from. */
  interface Source {
    /** Asks the client to send it, if it waits to be asked. */
    void invite();

    /** {@link #isFull} may have changed. */
    void heldOrFreed();

    /** No more of it is wanted: the connection cannot be used again. */
    void cutOff();
  }

  private final EventLoop loop;
  private final Source source;
  private byte[] bytes = NONE;
  private long size;
  private boolean whole;
  private boolean broken;
  private boolean ignored;
  private long deadlineNanos;
  private @Nullable Wanted wanted;

  private record Wanted(int most, CompletableFuture<byte[]> reader) {}

  Incoming(EventLoop loop, Source source) {
    this.loop = loop;
    this.source = source;
  }

  /**
   * All of it, once. What is larger than {@code most} is read on and thrown away up to a bound, so
   * that the client gets to read why.
   *
   * @return completes on an event loop; fails with {@link BodyRefused}
   */
  public CompletableFuture<byte[]> read(int most, Duration patience) {
    var reader = new CompletableFuture<byte[]>();
    var by = new Wanted(most, reader);
    if (loop.inEventLoop()) {
      want(by, patience);
    } else {
      askLoop(by, patience);
    }
    return reader;
  }

  private void askLoop(Wanted by, Duration patience) {
    try {
      loop.execute(() -> want(by, patience));
    } catch (RejectedExecutionException serverEnded) { // And with it each of its connections.
      by.reader().completeExceptionally(new BodyRefused(BodyRefused.Kind.BROKEN));
    }
  }

  private void want(Wanted by, Duration patience) {
    if (broken || ignored || wanted != null) {
      by.reader().completeExceptionally(new BodyRefused(BodyRefused.Kind.BROKEN));
      return;
    }
    wanted = by;
    deadlineNanos = System.nanoTime() + patience.toNanos();
    if (whole) {
      complete(by);
    } else {
      source.invite();
      source.heldOrFreed();
    }
  }

  private void complete(Wanted by) {
    if (size > by.most()) {
      fail(BodyRefused.Kind.TOO_LARGE);
    } else {
      var all = bytes.length == size ? bytes : Arrays.copyOf(bytes, (int) size);
      bytes = NONE;
      by.reader().complete(all);
    }
  }

  private void fail(BodyRefused.Kind kind) {
    bytes = NONE;
    ignored = true;
    if (wanted != null) {
      wanted.reader().completeExceptionally(new BodyRefused(kind));
    }
  }

  void add(ByteBuf part) {
    int length = part.readableBytes();
    if (length == 0) {
      return;
    }
    size += length;
    if (!ignored && (wanted == null || size <= wanted.most())) {
      append(part, length);
    } else {
      bytes = NONE;
    }
    if (wanted == null && !ignored) {
      source.heldOrFreed();
    } else if (size > Math.max(THROWN_AWAY_MAX, wanted == null ? 0 : wanted.most())) {
      fail(BodyRefused.Kind.TOO_LARGE);
      source.cutOff();
    }
  }

  private void append(ByteBuf part, int length) {
    int held = (int) (size - length);
    if (bytes.length < size) {
      // Not by what the client says that it will send: that costs it nothing.
      bytes = Arrays.copyOf(bytes, (int) (held == 0 ? size : Math.max(size, 2L * bytes.length)));
    }
    part.readBytes(bytes, held, length);
  }

  void end() {
    whole = true;
    if (wanted != null && !wanted.reader().isDone()) {
      complete(wanted);
    }
  }

  /** No more comes, though not all has come. */
  void breakOff() {
    if (!whole) {
      broken = true;
      fail(BodyRefused.Kind.BROKEN);
    }
  }

  /** It was answered: nobody is going to read what nobody has asked for. */
  void ignoreUnlessRead() {
    if (wanted == null) {
      bytes = NONE;
      ignored = true;
      deadlineNanos = System.nanoTime() + THROWN_AWAY_WITHIN.toNanos();
      source.heldOrFreed();
    }
  }

  void tick(long nowNanos) {
    if (!whole && (wanted != null || ignored) && nowNanos - deadlineNanos > 0) {
      fail(BodyRefused.Kind.TOO_SLOW);
      source.cutOff();
    }
  }

  /** Whether no more may be taken off the wire at the moment. */
  boolean isFull() {
    return wanted == null && !ignored && size >= HELD_MAX;
  }

  /** Whether all of it has come. */
  boolean isWhole() {
    return whole;
  }
}
