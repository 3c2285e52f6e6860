package dev.regrow.gateway.stream;

import com.fasterxml.jackson.core.JsonFactory;
import dev.regrow.runtime.Exec;
import dev.regrow.runtime.RuntimeFailure;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How a command ended, as Kubernetes' Status in JSON. */
final class ExecStatus {

  private static final Logger LOG = LoggerFactory.getLogger(ExecStatus.class);
  private static final JsonFactory JSON = new JsonFactory();

  private ExecStatus() {}

  static byte[] exited(int code) {
    return code == 0
        ? json("Success", "", "", null)
        : json(
            "Failure",
            "NonZeroExitCode",
            "command terminated with non-zero exit code: " + code,
            code);
  }

  /** It never ran. */
  static byte[] failed(Throwable failure) {
    var cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    if (cause instanceof Exec.CannotRun cannot) {
      return json("Failure", "CannotRun", String.valueOf(cannot.getMessage()), cannot.code());
    }
    if (cause instanceof RuntimeFailure) {
      return json("Failure", "Unavailable", String.valueOf(cause.getMessage()), null);
    }
    LOG.error("A bug kept a command from running", cause);
    return json("Failure", "InternalError", "this is a bug of the gateway; see its log", null);
  }

  private static byte[] json(String status, String reason, String message, @Nullable Integer code) {
    var text = new StringWriter();
    try (var json = JSON.createGenerator(text)) {
      json.writeStartObject();
      json.writeObjectFieldStart("metadata");
      json.writeEndObject();
      json.writeStringField("status", status);
      if (!reason.isEmpty()) {
        json.writeStringField("reason", reason);
        json.writeStringField("message", message);
      }
      if (code != null) {
        json.writeObjectFieldStart("details");
        json.writeArrayFieldStart("causes");
        json.writeStartObject();
        json.writeStringField("reason", "ExitCode");
        json.writeStringField("message", Integer.toString(code));
        json.writeEndObject();
        json.writeEndArray();
        json.writeEndObject();
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("memory takes every write", e);
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }
}
