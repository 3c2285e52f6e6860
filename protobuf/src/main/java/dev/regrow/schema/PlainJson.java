package dev.regrow.schema;

import dev.regrow.schema.Tree.Entry;
import dev.regrow.schema.Tree.Items;
import dev.regrow.schema.Tree.Scalar;
import dev.regrow.schema.Tree.ScalarType;
import dev.regrow.schema.Tree.Table;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON as programs write it: ASCII, without escapes, correct. Of anything else it says only
 * that it cannot, and {@link JsonTree} reads it anew and finds the words; so the two accept the
 * same, and this one only sooner. Texts are copied in one piece, not character by character.
 */
final class PlainJson {

  /** Not plain, whatever it is. */
  private static final class NotPlain extends Exception {
    private static final long serialVersionUID = 1L;

    private NotPlain() {
      super("not plain", null, false, false);
    }
  }

  private static final int MAX_DIGITS = 18;
  private static final int KEYS_COMPARED = 8;

  /** 1: ends a text that is plain; 2: is not plain within a text. */
  private static final byte[] IN_TEXT = new byte[256];

  static {
    for (int i = 0; i < 256; i++) {
      IN_TEXT[i] = (byte) (i == '"' ? 1 : i < 0x20 || i > 0x7e || i == '\\' ? 2 : 0);
    }
  }

  private final byte[] bytes;
  private int at;
  private int line = 1;
  private int lineBegan;

  private PlainJson(byte[] bytes) {
    this.bytes = bytes;
  }

  /** The tree; null when it takes {@link JsonTree} to tell what this is. */
  static @Nullable Tree read(byte[] bytes) {
    var reader = new PlainJson(bytes);
    try {
      Tree tree = reader.value(0);
      return reader.next() < 0 ? tree : null;
    } catch (NotPlain elsewhere) {
      return null;
    }
  }

  /** The next byte that is no white space, which is not consumed; -1 at the end. */
  private int next() {
    while (at < bytes.length) {
      int c = bytes[at];
      if (c == '\n') {
        line++;
        lineBegan = at + 1;
      } else if (c != ' ' && c != '\t') { // What a lone \r means for lines is for the other reader.
        return c & 0xff;
      }
      at++;
    }
    return -1;
  }

  private void expect(char wanted) throws NotPlain {
    if (next() != wanted) {
      throw new NotPlain();
    }
    at++;
  }

  private Mark mark() {
    return new Mark(line, at - lineBegan + 1);
  }

  private Tree value(int depth) throws NotPlain {
    if (depth > Schema.MAX_DEPTH) {
      throw new NotPlain();
    }
    int c = next();
    Mark mark = mark();
    return switch (c) {
      case '{' -> table(mark, depth);
      case '[' -> items(mark, depth);
      case '"' -> new Scalar(mark, ScalarType.TEXT, text(), false);
      case 't' -> word(mark, ScalarType.BOOL, "true");
      case 'f' -> word(mark, ScalarType.BOOL, "false");
      case 'n' -> word(mark, ScalarType.NULL, "null");
      default -> number(mark);
    };
  }

  private Table table(Mark mark, int depth) throws NotPlain {
    List<Entry> entries = new ArrayList<>();
    @Nullable Set<String> keys = null;
    at++;
    for (int c = next(); c != '}'; c = next()) {
      if (!entries.isEmpty()) {
        expect(',');
        c = next();
      }
      if (c != '"') {
        throw new NotPlain();
      }
      Mark keyMark = mark();
      String key = text();
      if (entries.size() == KEYS_COMPARED) {
        keys = new HashSet<>();
        for (Entry entry : entries) {
          keys.add(entry.key());
        }
      }
      if (keys != null ? !keys.add(key) : isIn(entries, key)) {
        throw new NotPlain();
      }
      expect(':');
      entries.add(new Entry(keyMark, key, value(depth + 1)));
    }
    at++;
    return new Table(mark, entries);
  }

  private static boolean isIn(List<Entry> entries, String key) {
    for (Entry entry : entries) {
      if (entry.key().equals(key)) {
        return true;
      }
    }
    return false;
  }

  private Items items(Mark mark, int depth) throws NotPlain {
    List<Tree> items = new ArrayList<>();
    at++;
    for (int c = next(); c != ']'; c = next()) {
      if (!items.isEmpty()) {
        expect(',');
      }
      items.add(value(depth + 1));
    }
    at++;
    return new Items(mark, items);
  }

  private String text() throws NotPlain {
    int from = at + 1;
    int to = from;
    byte[] all = bytes;
    byte[] kinds = IN_TEXT;
    while (to < all.length && kinds[all[to] & 0xff] == 0) {
      to++;
    }
    if (to == all.length || all[to] != '"') {
      throw new NotPlain();
    }
    at = to + 1;
    return new String(all, from, to - from, StandardCharsets.ISO_8859_1);
  }

  private Scalar word(Mark mark, ScalarType type, String word) throws NotPlain {
    for (int i = 0; i < word.length(); i++, at++) {
      if (at == bytes.length || bytes[at] != word.charAt(i)) {
        throw new NotPlain();
      }
    }
    ended();
    return new Scalar(mark, type, word, false);
  }

  /** Whole numbers only; the others are rare. */
  private Scalar number(Mark mark) throws NotPlain {
    int from = at;
    if (at < bytes.length && bytes[at] == '-') {
      at++;
    }
    int digits = at;
    while (at < bytes.length && bytes[at] >= '0' && bytes[at] <= '9') {
      at++;
    }
    int count = at - digits;
    if (count == 0 || count > MAX_DIGITS || (count > 1 && bytes[digits] == '0')) {
      throw new NotPlain();
    }
    ended();
    var text = new String(bytes, from, at - from, StandardCharsets.ISO_8859_1);
    return new Scalar(mark, ScalarType.NUMBER, text, false);
  }

  /** A word or number ends where something begins that can follow it. */
  private void ended() throws NotPlain {
    if (at < bytes.length) {
      byte c = bytes[at];
      if (c != ',' && c != '}' && c != ']' && c != ' ' && c != '\n' && c != '\t') {
        throw new NotPlain();
      }
    }
  }
}
