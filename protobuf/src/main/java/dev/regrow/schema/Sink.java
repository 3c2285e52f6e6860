package dev.regrow.schema;

/** Where a message is written to, value by value. */
interface Sink {
  void beginObject(boolean empty);

  void endObject();

  void beginList(boolean empty);

  void endList();

  void key(String name);

  void text(String value);

  /** A number, true, false or null. */
  void literal(String value);

  String result();
}
