package dev.regrow.gateway.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameEncoder;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.util.ReferenceCountUtil;

/** What comes in over a connection that is a dialogue's. For the connection's event loop. */
final class Switch {

  private static final WebSocketDecoderConfig BOUNDS =
      WebSocketDecoderConfig.newBuilder()
          .expectMaskedFrames(true)
          .allowMaskMismatch(false)
          .allowExtensions(false)
          .maxFramePayloadLength(256 << 10)
          .closeOnProtocolViolation(true)
          .build();

  private final SocketChannel channel;
  private final Answer.Switched switched;
  private final Dialogue dialogue;
  private final Runnable end;
  private boolean closing;

  /**
   * @param end closes the connection
   */
  Switch(SocketChannel channel, Answer.Switched switched, Runnable end) {
    this.channel = channel;
    this.switched = switched;
    this.dialogue = switched.dialogue();
    this.end = end;
  }

  /**
   * What read requests now reads frames, or nothing.
   *
   * @return sends what goes out; to be started
   */
  Streamer begin(ChannelHandler decoder, Runnable pumped, Runnable ended) {
    if (switched.framed()) {
      var frames = new WebSocket13FrameDecoder(BOUNDS);
      channel.pipeline().replace(decoder, "frames", frames);
      channel.pipeline().addAfter("frames", "control", new WebSocket13FrameEncoder(false));
    } else {
      channel.pipeline().remove(decoder);
    }
    var wire = switched.framed() ? new Wire.Frames() : new Wire.Raw();
    return new Streamer(channel, dialogue, wire, switched.life(), pumped, ended);
  }

  boolean isFull() {
    return dialogue.isFull();
  }

  void read(Object message) {
    try {
      if (closing) {
        return; // It has said that it is done.
      }
      if (message instanceof ByteBuf bytes) {
        dialogue.take(ByteBufUtil.getBytes(bytes), true, true);
      } else if (message instanceof WebSocketFrame frame) {
        read(frame);
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void read(WebSocketFrame frame) {
    if (frame instanceof BinaryWebSocketFrame) {
      take(frame, true);
    } else if (frame instanceof ContinuationWebSocketFrame) {
      take(frame, false);
    } else if (frame instanceof PingWebSocketFrame) {
      pong(frame);
    } else if (frame instanceof CloseWebSocketFrame) {
      answer(new CloseWebSocketFrame(WebSocketCloseStatus.NORMAL_CLOSURE));
    } else if (!(frame instanceof PongWebSocketFrame)) {
      answer(new CloseWebSocketFrame(WebSocketCloseStatus.INVALID_MESSAGE_TYPE));
    }
  }

  private void take(WebSocketFrame frame, boolean begins) {
    dialogue.take(ByteBufUtil.getBytes(frame.content()), begins, frame.isFinalFragment());
  }

  /** A client that asks and takes no answers gets none any more: they would pile up. */
  private void pong(WebSocketFrame ping) {
    if (channel.isWritable()) {
      var unused = channel.writeAndFlush(new PongWebSocketFrame(ping.content().retain()));
    }
  }

  private void answer(CloseWebSocketFrame close) {
    closing = true;
    var unused =
        channel
            .writeAndFlush(close)
            .addListener(ChannelFutureListener.CLOSE)
            .addListener(done -> end.run());
  }
}
