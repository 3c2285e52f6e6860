package dev.regrow.core.codec;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import com.google.protobuf.UnsafeByteOperations;
import dev.regrow.core.model.Opaque;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Messages to bytes, the same bytes for equal messages, and back. */
final class Bytes {

  private Bytes() {}

  static Opaque opaque(Message message) {
    return Opaque.of(deterministic(message));
  }

  static ByteString stored(Message message) {
    return UnsafeByteOperations.unsafeWrap(deterministic(message));
  }

  /**
   * @param what for the message of the failure, as {@code workloads/default/web}
   */
  static <T extends Message> T parse(Parser<T> parser, ByteString bytes, String what) {
    try {
      return parser.parseFrom(bytes);
    } catch (InvalidProtocolBufferException damaged) {
      throw new IllegalStateException("the record " + what + " cannot be read", damaged);
    }
  }

  static <T extends Message> T parse(Parser<T> parser, Opaque bytes, String what) {
    return parse(parser, ByteString.copyFrom(bytes.bytes()), what);
  }

  private static byte[] deterministic(Message message) {
    var bytes = new byte[message.getSerializedSize()];
    var out = CodedOutputStream.newInstance(bytes);
    out.useDeterministicSerialization();
    try {
      message.writeTo(out);
      out.checkNoSpaceLeft();
    } catch (IOException impossible) {
      throw new UncheckedIOException("writing to memory", impossible);
    }
    return bytes;
  }
}
