package dev.regrow.gateway.http;

import java.util.List;

/** How an object is written on the wire. The first media type is the one that answers carry. */
enum Format {
  JSON("application/json", "text/json"),
  YAML("application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml"),
  PROTOBUF("application/x-protobuf", "application/protobuf"),
  EVENT_STREAM("text/event-stream"),
  PLAIN("text/plain");

  /** What objects can be read from and written as. */
  static final List<Format> OBJECTS = List.of(JSON, YAML, PROTOBUF);

  /** What watches can be written as. */
  static final List<Format> WATCHES = List.of(EVENT_STREAM, PROTOBUF);

  /** What logs can be written as. */
  static final List<Format> LOGS = List.of(PLAIN, EVENT_STREAM);

  /** What there is of the API's own description. */
  static final List<Format> JSON_ONLY = List.of(JSON);

  @SuppressWarnings("ImmutableEnumChecker") // List.of is immutable, which its type does not say.
  private final List<String> mediaTypes;

  Format(String... mediaTypes) {
    this.mediaTypes = List.of(mediaTypes);
  }

  String mediaType() {
    return mediaTypes.get(0);
  }

  List<String> mediaTypes() {
    return mediaTypes;
  }
}
