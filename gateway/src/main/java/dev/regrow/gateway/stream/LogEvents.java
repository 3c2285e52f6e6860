package dev.regrow.gateway.stream;

import com.fasterxml.jackson.core.JsonFactory;
import dev.regrow.runtime.Logs;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;

/**
 * Chunks of logs as server-sent events: {@code event} is the stream, {@code data} has {@code time},
 * {@code stream}, {@code attempt}, {@code text}, {@code bytes} (base64, exactly as written) and
 * {@code dropped} (bytes lost before it).
 */
public final class LogEvents {

  private static final JsonFactory JSON = new JsonFactory();

  private LogEvents() {}

  public static byte[] event(Logs.Chunk chunk) {
    var stream = chunk.stream().name().toLowerCase(Locale.ROOT);
    return ServerSentEvents.event("", stream, data(chunk, stream));
  }

  private static String data(Logs.Chunk chunk, String stream) {
    var text = new StringWriter(chunk.bytes().length * 3 + 128);
    try (var json = JSON.createGenerator(text)) {
      json.writeStartObject();
      json.writeStringField("time", chunk.time().toString());
      json.writeStringField("stream", stream);
      json.writeNumberField("attempt", chunk.attempt());
      json.writeStringField("text", new String(chunk.bytes(), StandardCharsets.UTF_8));
      json.writeStringField("bytes", Base64.getEncoder().encodeToString(chunk.bytes()));
      json.writeNumberField("dropped", chunk.dropped());
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("memory takes every write", e);
    }
    return text.toString();
  }
}
