package dev.regrow.runtime.image.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is told of the body of an error. */
final class ErrorBodyTest {

  @Test
  void code_and_message_of_a_registry_are_told_and_no_detail() {
    assertThat(
            said(
                "{\"errors\":[{\"code\":\"TOOMANYREQUESTS\",\"message\":\"slow"
                    + " down\",\"detail\":\"s3cr3t\"},{\"code\":\"UNKNOWN\"}]}"))
        .isEqualTo("TOOMANYREQUESTS, slow down; UNKNOWN");
  }

  @Test
  void what_is_told_is_short_and_printable() {
    var error = "{\"code\":\"UNKNOWN\",\"message\":\"\\u001b[2J" + "x".repeat(5000) + "\"}";

    assertThat(said("{\"errors\":[" + (error + ",").repeat(20) + error + "]}"))
        .startsWith("UNKNOWN, ?[2Jxxx")
        .matches("[ -~]*")
        .hasSizeLessThan(700);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "<html>internal: s3cr3t</html>",
        "\"s3cr3t\"",
        "{\"error\":\"s3cr3t\"}",
        "{\"errors\":\"s3cr3t\"}",
        "{\"errors\":[\"s3cr3t\"]}",
        "{\"errors\":[{\"message\":\"s3cr3t\"}]}",
        "{\"errors\":[{\"code\":\"s3cr3t!\"}]}",
        "{\"errors\":[{\"code\":\"UNKNOWN\",\"message\":\"s3cr3t",
      })
  void of_what_is_no_error_of_a_registry_nothing_is_told(String body) {
    assertThat(said(body)).isEmpty();
  }

  private static String said(String body) {
    return ErrorBody.said(body.getBytes(StandardCharsets.UTF_8));
  }
}
