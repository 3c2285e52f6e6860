package dev.regrow.runtime.image.layer;

import dev.regrow.runtime.image.BadImage;
import java.util.Arrays;

/** A header block of an archive: POSIX ustar, and what GNU tar and old tars make of it. Pure. */
final class TarHeader {

  static final int BLOCK = 512;

  private static final int CHECKSUM_AT = 148;
  private static final int CHECKSUM_END = 156;
  private static final int TYPE_AT = 156;
  private static final int MAGIC_AT = 257;
  private static final byte[] USTAR = {'u', 's', 't', 'a', 'r', 0};

  private final byte[] block;

  private TarHeader(byte[] block) {
    this.block = block;
  }

  /**
   * @throws BadImage if its checksum is wrong
   */
  static TarHeader of(byte[] block) {
    var header = new TarHeader(block);
    long wanted = header.number(CHECKSUM_AT, CHECKSUM_END - CHECKSUM_AT, "checksum");
    long unsigned = 0;
    long signed = 0; // Some old tars summed signed bytes.
    for (int i = 0; i < BLOCK; i++) {
      byte value = i >= CHECKSUM_AT && i < CHECKSUM_END ? (byte) ' ' : block[i];
      unsigned += value & 0xFF;
      signed += value;
    }
    if (wanted != unsigned && wanted != signed) {
      throw new BadImage("a tar header's checksum is wrong");
    }
    return header;
  }

  static boolean isZero(byte[] block) {
    for (byte value : block) {
      if (value != 0) {
        return false;
      }
    }
    return true;
  }

  char type() {
    return (char) (block[TYPE_AT] & 0xFF);
  }

  byte[] name() {
    var name = text(0, 100);
    boolean posix = Arrays.equals(Arrays.copyOfRange(block, MAGIC_AT, MAGIC_AT + 6), USTAR);
    var prefix = posix ? text(345, 155) : new byte[0];
    if (prefix.length == 0) {
      return name;
    }
    var whole = Arrays.copyOf(prefix, prefix.length + 1 + name.length);
    whole[prefix.length] = '/';
    System.arraycopy(name, 0, whole, prefix.length + 1, name.length);
    return whole;
  }

  byte[] link() {
    return text(157, 100);
  }

  int mode() {
    return (int) (number(100, 8, "mode") & 07777);
  }

  long uid() {
    return number(108, 8, "uid");
  }

  long gid() {
    return number(116, 8, "gid");
  }

  long size() {
    return number(124, 12, "size");
  }

  long mtime() {
    return signedNumber(136, 12, "mtime");
  }

  long major() {
    return number(329, 8, "device");
  }

  long minor() {
    return number(337, 8, "device");
  }

  private byte[] text(int at, int length) {
    int end = at;
    while (end < at + length && block[end] != 0) {
      end++;
    }
    return Arrays.copyOfRange(block, at, end);
  }

  private long number(int at, int length, String what) {
    long value = signedNumber(at, length, what);
    if (value < 0) {
      throw new BadImage("a tar header's " + what + " is negative");
    }
    return value;
  }

  /** Octal, or GNU's base 256 where the first bit is set. */
  private long signedNumber(int at, int length, String what) {
    if ((block[at] & 0x80) != 0) {
      return base256(at, length, what);
    }
    long value = 0;
    boolean any = false;
    for (int i = at; i < at + length; i++) {
      int c = block[i];
      if (c >= '0' && c <= '7') {
        value = value << 3 | (c - '0');
        any = true;
      } else if (c == 0 || c == ' ') {
        if (any) {
          break;
        }
      } else {
        throw new BadImage("a tar header's " + what + " is no octal number");
      }
    }
    return value;
  }

  private long base256(int at, int length, String what) {
    boolean negative = (block[at] & 0x40) != 0;
    long value = negative ? -1 : 0;
    for (int i = at; i < at + length; i++) {
      int digit = i == at ? (block[i] & 0x3F) | (negative ? 0xC0 : 0) : block[i] & 0xFF;
      if (value > Long.MAX_VALUE >> 8 || value < Long.MIN_VALUE >> 8) {
        throw new BadImage("a tar header's " + what + " is too large");
      }
      value = value << 8 | digit;
    }
    return value;
  }
}
