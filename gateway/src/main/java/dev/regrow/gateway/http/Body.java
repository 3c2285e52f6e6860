package dev.regrow.gateway.http;

import java.util.Optional;

/**
 * What a request carried.
 *
 * @param format empty when the Content-Type is none that objects can be read from
 * @param contentType as sent; "" when absent
 */
record Body(Optional<Format> format, String contentType, byte[] bytes) {

  boolean isEmpty() {
    return bytes.length == 0;
  }

  /** The format to read it in, or 415. */
  Format readable() {
    return format.orElseThrow(
        () ->
            HttpProblem.of(
                415,
                "unsupported-media-type",
                "%s; send it with Content-Type: %s, %s or %s"
                    .formatted(
                        contentType.isEmpty()
                            ? "the body has no Content-Type"
                            : "the body cannot be read as " + Call.shortened(contentType),
                        Format.JSON.mediaType(),
                        Format.YAML.mediaType(),
                        Format.PROTOBUF.mediaType())));
  }
}
