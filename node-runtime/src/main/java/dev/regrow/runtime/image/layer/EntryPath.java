package dev.regrow.runtime.image.layer;

import dev.regrow.runtime.image.BadImage;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Where an entry goes: a path without . and .., relative to the layer's root. Pure.
 *
 * @param parent the directory, empty for the root
 * @param name empty for the root itself
 */
record EntryPath(byte[] parent, byte[] name) {

  static final String WHITEOUT = ".wh.";
  static final String OPAQUE = ".wh..wh..opq";

  /** Less than a path may have, 4,095, by what leads to the layer. */
  private static final int PATH_MAX = 3072;

  private static final int NAME_MAX = 255;

  /**
   * @throws BadImage if it leads elsewhere, or is too long for this system
   */
  static EntryPath of(byte[] raw) {
    if (raw.length > PATH_MAX) {
      throw new BadImage("a path has more than " + PATH_MAX + " bytes: " + TarEntry.shown(raw));
    }
    var clean = new byte[raw.length];
    int length = 0;
    int nameAt = 0;
    for (int at = 0; at < raw.length; ) {
      int end = at;
      while (end < raw.length && raw[end] != '/') {
        if (raw[end] == 0) {
          throw new BadImage("a path holds a NUL: " + TarEntry.shown(raw));
        }
        end++;
      }
      int size = end - at;
      if (size == 2 && raw[at] == '.' && raw[at + 1] == '.') {
        throw new BadImage("a path leads out of the layer: " + TarEntry.shown(raw));
      }
      if (size > NAME_MAX) {
        throw new BadImage("a name has more than " + NAME_MAX + " bytes: " + TarEntry.shown(raw));
      }
      if (size > 0 && !(size == 1 && raw[at] == '.')) {
        if (length > 0) {
          clean[length++] = '/';
        }
        nameAt = length;
        System.arraycopy(raw, at, clean, length, size);
        length += size;
      }
      at = end + 1;
    }
    return new EntryPath(
        Arrays.copyOf(clean, Math.max(0, nameAt - 1)), Arrays.copyOfRange(clean, nameAt, length));
  }

  boolean isRoot() {
    return name.length == 0;
  }

  boolean isOpaqueMark() {
    return Arrays.equals(name, OPAQUE.getBytes(StandardCharsets.US_ASCII));
  }

  boolean isWhiteout() {
    return name.length >= WHITEOUT.length()
        && Arrays.equals(name, 0, WHITEOUT.length(), PREFIX, 0, PREFIX.length);
  }

  private static final byte[] PREFIX = WHITEOUT.getBytes(StandardCharsets.US_ASCII);

  /** What a whiteout takes away, beside it. */
  EntryPath hidden() {
    var hidden = Arrays.copyOfRange(name, PREFIX.length, name.length);
    boolean dots =
        hidden.length == 0
            || (hidden[0] == '.'
                && (hidden.length == 1 || (hidden.length == 2 && hidden[1] == '.')));
    if (dots || new EntryPath(parent, hidden).isWhiteout()) {
      throw new BadImage("a whiteout hides nothing that can be: " + TarEntry.shown(name));
    }
    return new EntryPath(parent, hidden);
  }

  /** Both as one text, which is a key and for messages. */
  String key() {
    return new String(whole(), StandardCharsets.ISO_8859_1);
  }

  byte[] whole() {
    if (parent.length == 0) {
      return name;
    }
    var whole = Arrays.copyOf(parent, parent.length + 1 + name.length);
    whole[parent.length] = '/';
    System.arraycopy(name, 0, whole, parent.length + 1, name.length);
    return whole;
  }
}
