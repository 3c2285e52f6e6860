package dev.regrow.schema;

/**
 * A place in a text.
 *
 * @param line from 1; 0 when there is no text
 * @param column from 1, in characters; 0 when there is no text
 */
record Mark(int line, int column) {
  static final Mark NOWHERE = new Mark(0, 0);

  /** The place of a character of a text, counting line feeds. */
  static Mark of(CharSequence text, int index) {
    int line = 1;
    int column = 1;
    for (int i = 0; i < index && i < text.length(); i++) {
      if (text.charAt(i) == '\n') {
        line++;
        column = 1;
      } else {
        column++;
      }
    }
    return new Mark(line, column);
  }
}
