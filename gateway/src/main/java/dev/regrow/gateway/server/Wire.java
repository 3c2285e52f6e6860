package dev.regrow.gateway.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;

/** What the parts of a stream look like on the wire. */
interface Wire {

  /** Not empty. */
  ByteBuf part(ByteBufAllocator memory, byte[] bytes);

  /** After the last part. */
  ByteBuf end();

  /** What is said in silences; empty: nothing. */
  ByteBuf silence(ByteBufAllocator memory);

  /** The body of an answer. */
  record Body(boolean old, byte[] whileSilent) implements Wire {
    @Override
    public ByteBuf part(ByteBufAllocator memory, byte[] bytes) {
      return AnswerBytes.part(memory, bytes, old);
    }

    @Override
    public ByteBuf end() {
      return old ? Unpooled.EMPTY_BUFFER : AnswerBytes.end();
    }

    @Override
    public ByteBuf silence(ByteBufAllocator memory) {
      return whileSilent.length == 0 ? Unpooled.EMPTY_BUFFER : part(memory, whileSilent);
    }
  }

  /** As it is. */
  record Raw() implements Wire {
    @Override
    public ByteBuf part(ByteBufAllocator memory, byte[] bytes) {
      return Unpooled.wrappedBuffer(bytes);
    }

    @Override
    public ByteBuf end() {
      return Unpooled.EMPTY_BUFFER;
    }

    @Override
    public ByteBuf silence(ByteBufAllocator memory) {
      return Unpooled.EMPTY_BUFFER;
    }
  }

  /** Frames of a server: RFC 6455, 5.2. Each part is a whole binary message. */
  record Frames() implements Wire {
    private static final int BINARY = 0x82;
    private static final byte[] PING = {(byte) 0x89, 0};
    private static final byte[] CLOSE_WELL = {(byte) 0x88, 2, 0x03, (byte) 0xe8};
    private static final int SHORT_MAX = 125;
    private static final int HEAD_BYTES = 10;

    @Override
    public ByteBuf part(ByteBufAllocator memory, byte[] bytes) {
      var out = memory.ioBuffer(bytes.length + HEAD_BYTES).writeByte(BINARY);
      if (bytes.length <= SHORT_MAX) {
        out.writeByte(bytes.length);
      } else if (bytes.length <= 0xffff) {
        out.writeByte(126).writeShort(bytes.length);
      } else {
        out.writeByte(127).writeLong(bytes.length);
      }
      return out.writeBytes(bytes);
    }

    @Override
    public ByteBuf end() {
      return Unpooled.wrappedBuffer(CLOSE_WELL);
    }

    @Override
    public ByteBuf silence(ByteBufAllocator memory) {
      return Unpooled.wrappedBuffer(PING);
    }
  }
}
