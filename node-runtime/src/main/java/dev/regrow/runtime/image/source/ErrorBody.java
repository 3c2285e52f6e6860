package dev.regrow.runtime.image.source;

import dev.regrow.runtime.image.BadImage;
import dev.regrow.runtime.image.JsonDocument;
import java.util.stream.Collectors;

/**
 * What registries say of an error (OCI distribution specification 1.1, error codes): {@code
 * {"errors": [{"code": CODE, "message": TEXT}]}}. Of anything else nothing is told: whatever may
 * have answered, it is no registry. Pure.
 */
final class ErrorBody {

  private static final int SHOWN_MAX = 3;
  private static final int MESSAGE_MAX = 200;
  private static final String CODE = "[A-Z][A-Z0-9_]{0,63}";

  private ErrorBody() {}

  /** Printable ASCII, bounded; empty if it says nothing. */
  static String said(byte[] body) {
    try {
      return JsonDocument.read("an error", body).objects("errors").stream()
          .filter(error -> error.text("code").matches(CODE))
          .limit(SHOWN_MAX)
          .map(ErrorBody::one)
          .collect(Collectors.joining("; "));
    } catch (BadImage none) {
      return "";
    }
  }

  private static String one(JsonDocument error) {
    var printable = error.text("message").replaceAll("[^ -~]", "?");
    var message =
        printable.length() <= MESSAGE_MAX ? printable : printable.substring(0, MESSAGE_MAX) + "...";
    return message.isEmpty() ? error.text("code") : error.text("code") + ", " + message;
  }
}
