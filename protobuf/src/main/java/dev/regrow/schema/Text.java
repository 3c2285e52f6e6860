package dev.regrow.schema;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** Turns the bytes that somebody sent into characters, or says where they are not UTF-8. */
final class Text {
  private Text() {}

  static String decode(byte[] body) throws MalformedTextException {
    var decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    var characters = CharBuffer.allocate(body.length + 1);
    CoderResult result = decoder.decode(ByteBuffer.wrap(body), characters, true);
    characters.flip();
    if (result.isError()) {
      throw new MalformedTextException(
          Path.ROOT,
          Mark.of(characters, characters.length()),
          "this byte is not UTF-8; save the text as UTF-8");
    }
    return characters.toString();
  }

  /** Refuses what no JSON or YAML of ours may hold. */
  static void check(String text) throws MalformedTextException {
    if (text.isBlank()) {
      throw new MalformedTextException(Path.ROOT, new Mark(1, 1), "the text is empty");
    }
    if (text.charAt(0) == '\uFEFF') {
      throw new MalformedTextException(
          Path.ROOT, new Mark(1, 1), "starts with a byte order mark; save it as UTF-8 without one");
    }
    int nul = text.indexOf('\0');
    if (nul >= 0) {
      throw new MalformedTextException(
          Path.ROOT, Mark.of(text, nul), "there is a NUL character here; remove it");
    }
  }
}
