package dev.regrow.gateway.server;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.util.Set;

/** Netty's reader of requests, with our bounds, and stricter where requests could be smuggled. */
final class RequestDecoder extends HttpRequestDecoder {

  private static final Set<String> METHODS =
      Set.of("GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT");

  /** A URI of 8 KiB, with what stands beside it. */
  private static final int LINE_BYTES_MAX = (8 << 10) + 64;

  private static final int HEAD_BYTES_MAX = 16 << 10;
  private static final int PART_BYTES_MAX = 64 << 10;

  private boolean inHead;
  private long headSinceNanos;

  RequestDecoder() {
    super(
        new HttpDecoderConfig()
            .setMaxInitialLineLength(LINE_BYTES_MAX)
            .setMaxHeaderSize(HEAD_BYTES_MAX)
            .setMaxChunkSize(PART_BYTES_MAX));
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
    if (!inHead) {
      inHead = true;
      headSinceNanos = System.nanoTime();
    }
    super.channelRead(context, message);
  }

  /** What comes from now on belongs to something else than the head that was begun. */
  void headEnded() {
    inHead = false;
  }

  /** Nothing was read until now, whatever came. */
  void heardNothing() {
    headSinceNanos = System.nanoTime();
  }

  /** Whether a part of a head has come. */
  boolean isInHead() {
    return inHead;
  }

  /** Whether a head has been on its way for longer than that. */
  boolean isSlow(long nowNanos, long patienceNanos) {
    return inHead && nowNanos - headSinceNanos > patienceNanos;
  }

  @Override
  protected HttpMessage createMessage(String[] initialLine) throws Exception {
    if (!METHODS.contains(initialLine[0])) {
      throw new Unreadable(405, "%s is no method of HTTP".formatted(shortened(initialLine[0])));
    }
    if (!initialLine[2].startsWith("HTTP/1.")) {
      throw new Unreadable(400, "this is HTTP/1.1, not %s".formatted(shortened(initialLine[2])));
    }
    return super.createMessage(initialLine);
  }

  @Override
  protected void handleTransferEncodingChunkedWithContentLength(HttpMessage message) {
    throw new Unreadable(400, "Content-Length and Transfer-Encoding exclude each other; send one");
  }

  /** Why this is no request; to be asked only if it is none. */
  static Unreadable why(HttpObject message) {
    DecoderResult result = message.decoderResult();
    var cause = result.cause();
    if (cause instanceof Unreadable unreadable) {
      return unreadable;
    }
    if (cause instanceof TooLongHttpLineException) {
      return new Unreadable(414, "the request's URI is longer than 8 KiB");
    }
    if (cause instanceof TooLongHttpHeaderException) {
      return new Unreadable(431, "the request's headers are larger than 16 KiB");
    }
    var words = cause == null || cause.getMessage() == null ? "" : ": " + cause.getMessage();
    return new Unreadable(400, "this is no request of HTTP/1.1" + shortened(words));
  }

  /** What HTTP demands of a head beyond its form. */
  static void requireSound(io.netty.handler.codec.http.HttpRequest head) {
    int hosts = head.headers().getAll("Host").size();
    if (hosts > 1 || (hosts == 0 && head.protocolVersion().equals(HttpVersion.HTTP_1_1))) {
      throw new Unreadable(400, "a request must have one Host header, not %d".formatted(hosts));
    }
    var expected = head.headers().get("Expect");
    if (expected != null && !expected.equalsIgnoreCase("100-continue")) {
      throw new Unreadable(417, "nobody here can do what Expect asks for");
    }
  }

  private static String shortened(String text) {
    return text.length() <= 120 ? text : text.substring(0, 120) + "…";
  }
}
