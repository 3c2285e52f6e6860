package dev.regrow.core.store.raft;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.regrow.v1.Checked;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** Bytes with their CRC-32C, so that damage is noticed before it is believed. */
final class Checksums {

  private Checksums() {}

  static Checked seal(ByteString content) {
    return Checked.newBuilder().setCrc32C(crc(content)).setContent(content).build();
  }

  /**
   * The content, if it is what was sealed.
   *
   * @param what names it in the refusal
   */
  static ByteString open(Checked checked, String what) throws Damaged {
    if (crc(checked.getContent()) != checked.getCrc32C()) {
      throw new Damaged(what + " is damaged: its CRC-32C does not match its content");
    }
    return checked.getContent();
  }

  static ByteString open(byte[] sealed, String what) throws Damaged {
    try {
      return open(Checked.parseFrom(sealed), what);
    } catch (InvalidProtocolBufferException garbage) {
      throw new Damaged(what + " is damaged: " + garbage.getMessage());
    }
  }

  static int crc(ByteString content) {
    var crc = new CRC32C();
    for (ByteBuffer part : content.asReadOnlyByteBufferList()) {
      crc.update(part);
    }
    return (int) crc.getValue();
  }
}
