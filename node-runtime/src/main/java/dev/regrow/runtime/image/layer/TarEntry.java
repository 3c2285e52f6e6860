package dev.regrow.runtime.image.layer;

import dev.regrow.runtime.Printable;
import java.nio.charset.StandardCharsets;

/**
 * One entry of an archive. Names are bytes: no encoding is theirs.
 *
 * @param name as it stands in the archive
 * @param link what a link points to; empty for others
 * @param size of the content that follows, in bytes
 * @param mode permissions, within 07777
 * @param device of a device, its number as makedev(major, minor) of 8 bits each; else 0
 * @param mtimeSeconds since 1970, may be negative
 */
public record TarEntry(
    Type type,
    byte[] name,
    byte[] link,
    long size,
    int mode,
    long uid,
    long gid,
    int device,
    long mtimeSeconds) {

  /** What it makes. */
  public enum Type {
    FILE,
    HARD_LINK,
    SYMLINK,
    CHARACTER_DEVICE,
    BLOCK_DEVICE,
    DIRECTORY,
    FIFO
  }

  /** For messages: printable, and not too long. */
  public String shownName() {
    return shown(name);
  }

  static String shown(byte[] bytes) {
    var text = new String(bytes, StandardCharsets.UTF_8);
    var printable = Printable.of(text);
    return printable.length() > 200 ? printable.substring(0, 200) + "…" : printable;
  }
}
