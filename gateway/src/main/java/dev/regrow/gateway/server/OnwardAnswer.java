package dev.regrow.gateway.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** What comes back of one request that was passed on; see {@link Onward}. */
final class OnwardAnswer extends ChannelInboundHandlerAdapter {

  /** Those that are about one connection, or that each answer gets here anyway. */
  private static final Set<String> NOT_PASSED_ON =
      Set.of(
          "connection",
          "keep-alive",
          "transfer-encoding",
          "content-length",
          "content-type",
          "upgrade",
          "server",
          "date",
          "x-regrow-index");

  private static final String INDEX = "X-Regrow-Index";
  private static final int SWITCHING = 101;

  private final ChannelDialogue dialogue;
  private final CompletableFuture<Answer> answer;
  private boolean switched;

  OnwardAnswer(Channel channel, CompletableFuture<Answer> answer) {
    this.dialogue = new ChannelDialogue(channel);
    this.answer = answer;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    try {
      if (message instanceof HttpResponse head) {
        begin(head);
      }
      if (message instanceof ByteBuf raw) {
        dialogue.came(ByteBufUtil.getBytes(raw));
      } else if (message instanceof HttpContent content) {
        dialogue.came(ByteBufUtil.getBytes(content.content()));
        if (content instanceof LastHttpContent && !switched) {
          // What cannot be read comes as the last of it, too.
          dialogue.ended(content.decoderResult().isSuccess());
        }
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void begin(HttpResponse head) {
    if (head.decoderResult().isFailure()) {
      answer.completeExceptionally(new IOException("it does not speak HTTP"));
      dialogue.close();
      return;
    }
    var headers = headers(head);
    switched = head.status().code() == SWITCHING;
    Answer.Content content;
    if (switched) {
      headers.add(new Answer.Header("Upgrade", "websocket"));
      headers.add(new Answer.Header("Connection", "Upgrade"));
      content = new Answer.Switched(dialogue, false, Optional.empty());
    } else {
      var type = head.headers().get("Content-Type", "application/octet-stream");
      content = new Answer.Open(type, dialogue, new byte[0], Optional.empty());
    }
    var whole = new Answer(head.status().code(), headers, content, index(head));
    if (!answer.complete(whole)) {
      dialogue.close();
    }
  }

  /** How new what it answers is; 0 if it does not say. */
  private static long index(HttpResponse head) {
    var said = head.headers().get(INDEX, "");
    return said.matches("\\d{1,18}") ? Long.parseLong(said) : 0;
  }

  private static List<Answer.Header> headers(HttpResponse head) {
    var headers = new ArrayList<Answer.Header>();
    for (Map.Entry<String, String> header : head.headers()) {
      if (!NOT_PASSED_ON.contains(header.getKey().toLowerCase(Locale.ROOT))) {
        headers.add(new Answer.Header(header.getKey(), header.getValue()));
      }
    }
    return headers;
  }

  /** Without a TLS connection nothing was sent: what waited for it was thrown away. */
  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof SslHandshakeCompletionEvent handshake && !handshake.isSuccess()) {
      answer.completeExceptionally(new Onward.Unreached(handshake.cause()));
    }
    context.fireUserEventTriggered(event);
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    dialogue.hasRoom();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    answer.completeExceptionally(new IOException("it broke off before it answered"));
    dialogue.ended(switched);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    answer.completeExceptionally(cause);
    dialogue.close();
  }
}
