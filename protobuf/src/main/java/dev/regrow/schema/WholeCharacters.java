package dev.regrow.schema;

import java.io.Reader;

/**
 * Reads a text so that no chunk ends between the two halves of a surrogate pair: snakeyaml-engine
 * asks for the second half beyond the end of its buffer when one does.
 */
final class WholeCharacters extends Reader {

  private final String text;
  private int position;

  WholeCharacters(String text) {
    this.text = text;
  }

  @Override
  public int read(char[] buffer, int offset, int length) {
    int left = text.length() - position;
    if (left == 0) {
      return -1;
    }
    int count = Math.min(left, length);
    if (count > 1 && count < left && Character.isHighSurrogate(text.charAt(position + count - 1))) {
      count--;
    }
    text.getChars(position, position + count, buffer, offset);
    position += count;
    return count;
  }

  @Override
  public void close() {
    // There is nothing to give back.
  }
}
