package dev.regrow.cli.command;

import dev.regrow.cli.Failure;
import dev.regrow.client.FileTrouble;
import dev.regrow.schema.Schema;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code KEY=VALUE}, {@code KEY=@FILE} and {@code KEY=-} as people write them. */
final class KeyValues {

  private KeyValues() {}

  /** Values never appear in what is said of them: they may be secret. */
  static Map<String, String> read(String noun, List<String> pairs) {
    if (pairs.isEmpty()) {
      throw Failure.usage("say what to set: regrow " + noun + " set NAME KEY=VALUE");
    }
    var values = new LinkedHashMap<String, String>();
    for (var pair : pairs) {
      int equals = pair.indexOf('=');
      if (equals <= 0) {
        throw Failure.usage("the " + (values.size() + 1) + ". of them is not KEY=VALUE");
      }
      values.put(pair.substring(0, equals), value(pair.substring(equals + 1)));
    }
    return values;
  }

  private static String value(String written) {
    try {
      if (written.equals("-")) {
        return text("standard input", System.in);
      }
      if (written.startsWith("@")) {
        try (var in = Files.newInputStream(Path.of(written.substring(1)))) {
          return text(written.substring(1), in);
        }
      }
      return written;
    } catch (IOException e) {
      throw Failure.error("cannot read " + from(written) + ": " + FileTrouble.words(e));
    } catch (InvalidPathException e) {
      throw Failure.error("cannot read " + from(written) + ": it is no path");
    }
  }

  private static String from(String written) {
    return written.equals("-") ? "standard input" : written.substring(1);
  }

  private static String text(String from, InputStream in) throws IOException {
    byte[] bytes = in.readNBytes(Schema.MAX_BYTES + 1);
    if (bytes.length > Schema.MAX_BYTES) {
      throw Failure.error(from + " has more than 1 MiB, which is too large");
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException notText) {
      throw Failure.error(from + " is not UTF-8 text, and this release keeps no other");
    }
  }
}
