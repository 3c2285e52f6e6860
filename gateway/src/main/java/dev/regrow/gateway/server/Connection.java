package dev.regrow.gateway.server;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.CorruptedFrameException;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client: its requests are answered one after the other, in order. For its event loop alone.
 *
 * <pre>
 * between ── head ──▶ answering ── written, body whole ──▶ between
 *    │                    └── written, must end ──▶ lingering ──▶ closed
 *    └── no request, or none in time ──▶ says so ─────┘
 * </pre>
 */
final class Connection extends ChannelInboundHandlerAdapter implements Incoming.Source {

  private static final Logger LOG = LoggerFactory.getLogger(Connection.class);

  private static final int UNAUTHORIZED = 401;

  private final SocketChannel channel;
  private final boolean secure;
  private final RequestDecoder decoder;
  private final Handler handler;
  private final Patience patience;
  private final Round round;
  private final Outflow outflow;

  /** What was read and not taken yet, as it belongs to later requests. */
  private final Deque<HttpObject> ahead = new ArrayDeque<>();

  private @Nullable Exchange current;
  private boolean reading;
  private boolean taking;
  private boolean unflushed;
  private boolean draining;
  private @Nullable Lingering lingering;

  /** Whether who is there has shown that it may ask; until then it is a stranger. */
  private boolean admitted;

  private long strangerSinceNanos = System.nanoTime();
  private long lastHeardNanos = System.nanoTime();

  Connection(
      SocketChannel channel,
      boolean secure,
      RequestDecoder decoder,
      Handler handler,
      Patience patience,
      Round round) {
    this.channel = channel;
    this.secure = secure;
    this.decoder = decoder;
    this.handler = handler;
    this.patience = patience;
    this.round = round;
    this.outflow = new Outflow(channel);
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    round.join(this);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    round.leave(this);
    ahead.forEach(ReferenceCountUtil::release);
    ahead.clear();
    var interrupted = current;
    current = null;
    if (interrupted != null) {
      interrupted.incoming.breakOff();
      if (interrupted.streamer != null) {
        interrupted.streamer.stop();
      }
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    reading = true;
    if (lingering == null && current != null && current.switched != null) {
      current.switched.read(message);
    } else if (lingering != null || !(message instanceof HttpObject part)) {
      ReferenceCountUtil.release(message);
    } else {
      ahead.add(part);
      goOn();
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    reading = false;
    lastHeardNanos = System.nanoTime();
    goOn();
  }

  private void take(HttpObject part) {
    try {
      if (part instanceof HttpRequest head) {
        begin(head);
      } else if (part instanceof HttpContent content && current != null) {
        takeBody(current, content);
      }
    } finally {
      ReferenceCountUtil.release(part);
    }
  }

  private void begin(HttpRequest head) {
    Exchange exchange;
    try {
      if (head.decoderResult().isFailure()) {
        throw RequestDecoder.why(head);
      }
      RequestDecoder.requireSound(head);
      var incoming = new Incoming(channel.eventLoop(), this);
      var target = Target.of(head.uri());
      exchange =
          new Exchange(
              new Request(head.method().name(), target, head.headers(), incoming),
              incoming,
              head.protocolVersion().equals(HttpVersion.HTTP_1_0));
      exchange.last = !HttpUtil.isKeepAlive(head);
      exchange.uninvited = head.headers().contains("Expect");
    } catch (Unreadable why) {
      refuse(why);
      return;
    }
    decoder.headEnded();
    current = exchange;
    if (!admitted) {
      round.hold(this);
    }
    var unused =
        handler
            .answer(exchange.request)
            .whenComplete(
                (answer, bug) -> {
                  if (channel.eventLoop().inEventLoop() && !Exchange.mustWait(answer)) {
                    answer(exchange, answer, bug);
                  } else {
                    channel.eventLoop().execute(() -> answer(exchange, answer, bug));
                  }
                });
  }

  private void takeBody(Exchange exchange, HttpContent content) {
    if (content.decoderResult().isFailure()) {
      exchange.last = true;
      exchange.incoming.breakOff();
      return;
    }
    exchange.uninvited = false; // It comes by itself.
    exchange.incoming.add(content.content());
    if (content instanceof LastHttpContent) {
      decoder.headEnded();
      exchange.incoming.end();
      settle(exchange);
    }
  }

  /** Whatever comes after it cannot be told from it, so that is the end of the connection. */
  private void refuse(Unreadable why) {
    var end = new AnswerBytes.Manner(true, false, false);
    write(AnswerBytes.whole(channel.alloc(), handler.unreadable(why), end));
    linger();
  }

  private void answer(Exchange exchange, @Nullable Answer answer, @Nullable Throwable bug) {
    if (exchange == current && answer != null) {
      try {
        answer(exchange, answer);
      } catch (RuntimeException unwritable) {
        fail(exchange, unwritable);
      }
      return;
    }
    if (answer != null) {
      answer.abandon();
    }
    if (bug != null) {
      fail(exchange, bug);
    }
  }

  private void fail(Exchange exchange, Throwable bug) {
    LOG.error("A bug ended the answer to {}", exchange.request.target().path(), bug);
    end();
  }

  private void answer(Exchange exchange, Answer answer) {
    exchange.answered = true;
    admitted = exchange.request.isAdmitted() || (admitted && answer.status() != UNAUTHORIZED);
    exchange.incoming.ignoreUnlessRead();
    exchange.last |= draining || (exchange.uninvited && !exchange.incoming.isWhole());
    var manner =
        new AnswerBytes.Manner(
            exchange.last || (exchange.old && answer.content() instanceof Answer.Open),
            exchange.request.method().equals("HEAD"),
            exchange.old);
    exchange.last = manner.last();
    if (answer.content() instanceof Answer.Switched switched) {
      switchTo(exchange, answer, switched);
    } else if (answer.content() instanceof Answer.Open open) {
      exchange.streamer = Streamer.ofBody(channel, open, exchange.old, () -> written(exchange));
      var head = AnswerBytes.head(channel.alloc(), answer, open, manner);
      if (manner.withoutBody()) {
        exchange.streamer.startWithoutBody(head);
      } else {
        exchange.streamer.start(head);
      }
    } else {
      write(AnswerBytes.whole(channel.alloc(), answer, manner));
      written(exchange);
    }
  }

  /** From now on the connection is the dialogue's, to its end. */
  private void switchTo(Exchange exchange, Answer answer, Answer.Switched switched) {
    if (exchange.old || !exchange.incoming.isWhole() || !ahead.isEmpty()) {
      answer.abandon(); // Who sends more before the answer speaks another protocol.
      end();
      return;
    }
    exchange.last = true;
    exchange.switched = new Switch(channel, switched, this::end);
    exchange.streamer =
        exchange.switched.begin(decoder, this::heldOrFreed, () -> written(exchange));
    exchange.streamer.start(AnswerBytes.switching(channel.alloc(), answer));
  }

  private void write(ByteBuf bytes) {
    if (reading || taking) {
      unflushed = true;
      var unused = channel.write(bytes, channel.voidPromise());
    } else {
      var unused = channel.writeAndFlush(bytes, channel.voidPromise());
    }
  }

  private void written(Exchange exchange) {
    exchange.written = true;
    if (!admitted) {
      strangerSinceNanos = System.nanoTime();
      round.release(this);
    }
    settle(exchange);
  }

  private void settle(Exchange exchange) {
    if (exchange != current || !exchange.written) {
      return;
    }
    if (exchange.last) {
      current = null;
      linger();
    } else if (exchange.incoming.isWhole()) {
      current = null;
      goOn();
    }
  }

  /**
   * Takes what may be taken. What is answered meanwhile does not begin it anew: each request that
   * was sent ahead would be deeper in the stack.
   */
  private void goOn() {
    if (taking) {
      return;
    }
    taking = true;
    try {
      do {
        while (mayTake()) {
          take(ahead.remove());
        }
        flush();
      } while (mayTake());
    } finally {
      taking = false;
    }
    regulate();
  }

  /** All that was answered to what was read at once goes out at once. */
  private void flush() {
    if (unflushed && !reading) {
      unflushed = false;
      channel.flush();
    }
  }

  /** No next request before the client has taken most of what was answered before. */
  private boolean mayTake() {
    return !ahead.isEmpty()
        && lingering == null
        && (current == null ? channel.isWritable() : !current.incoming.isWhole());
  }

  /**
   * Takes no more off the wire than can be dealt with: no further request of a client that does not
   * take its answers. Stops in the middle of a reading, but goes on only after it.
   */
  private void regulate() {
    boolean wanted = lingering != null || (ahead.isEmpty() && !isFull());
    if (wanted != channel.config().isAutoRead() && !(wanted && reading)) {
      lastHeardNanos = System.nanoTime(); // Nothing could be heard meanwhile.
      decoder.heardNothing();
      channel.config().setAutoRead(wanted);
    }
  }

  private boolean isFull() {
    return current == null ? !channel.isWritable() : current.isFull();
  }

  private void linger() {
    lingering = new Lingering(channel, secure, outflow, patience, idle());
    ahead.forEach(ReferenceCountUtil::release);
    ahead.clear();
    lingering.begin();
    regulate();
  }

  @Override
  public void invite() {
    var exchange = current;
    if (exchange != null && exchange.uninvited && !exchange.answered) {
      exchange.uninvited = false;
      write(AnswerBytes.goOn());
    }
  }

  @Override
  public void heldOrFreed() {
    regulate();
  }

  @Override
  public void cutOff() {
    var exchange = current;
    if (exchange != null) {
      exchange.last = true;
      settle(exchange);
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (channel.isWritable() && current != null && current.streamer != null) {
      current.streamer.pump();
    }
    goOn();
  }

  /** Called about once a second. */
  void tick(long nowNanos) {
    outflow.tick(nowNanos);
    if (lingering != null) {
      lingering.tick(nowNanos);
      return;
    }
    var exchange = current;
    if (exchange != null) {
      exchange.tick(nowNanos, patience);
      if (exchange.switched != null
          && channel.config().isAutoRead()
          && nowNanos - lastHeardNanos > patience.unheard().toNanos()) {
        end(); // It does not even answer to being asked whether it is there.
      }
    } else if (channel.config().isAutoRead()
        && decoder.isSlow(nowNanos, patience.head().toNanos())) {
      refuseSlow(patience.head());
      return;
    } else if (!admitted && nowNanos - strangerSinceNanos > patience.stranger().toNanos()) {
      if (decoder.isInHead()) {
        refuseSlow(patience.stranger());
      } else {
        end();
      }
      return;
    }
    if (nowNanos - lastActiveNanos() > patience.idle().toNanos()) {
      end();
    }
  }

  private void refuseSlow(Duration waited) {
    refuse(
        new Unreadable(
            408,
            "the head of the request did not arrive within %d s".formatted(waited.toSeconds())));
  }

  private Duration idle() {
    return admitted ? patience.idle() : patience.stranger();
  }

  /** For another one; at once, whatever it would still have said. */
  void makeRoom() {
    channel.unsafe().close(channel.unsafe().voidPromise());
  }

  private long lastActiveNanos() {
    long last = later(lastHeardNanos, outflow.lastNanos());
    var streamer = current == null ? null : current.streamer;
    return streamer == null ? last : later(last, streamer.lastSentNanos());
  }

  private static long later(long nanos, long otherNanos) {
    return otherNanos - nanos > 0 ? otherNanos : nanos;
  }

  /** Ends once what is being answered has been, and has left. */
  void drain() {
    draining = true;
    if (lingering != null) {
      lingering.drain();
    } else if (current != null) {
      current.last = true;
    } else if (outflow.isDone()) {
      end();
    } else {
      linger();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (cause instanceof CorruptedFrameException) {
      return; // The client was told, and the connection closes.
    }
    if (cause instanceof IOException || cause.getCause() instanceof IOException) {
      LOG.debug("The connection from {} broke: {}", channel.remoteAddress(), cause.getMessage());
    } else {
      LOG.error("A bug ended the connection from {}", channel.remoteAddress(), cause);
    }
    end();
  }

  private void end() {
    var unused = channel.close();
  }
}
