package dev.regrow.runtime.image.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;

/** Writes archives, right ones and wrong ones. */
public final class TarBuilder {

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  public TarBuilder directory(String name) {
    return entry('5', name, "", new byte[0], 0755, 0, 0);
  }

  public TarBuilder file(String name, String content) {
    return entry('0', name, "", content.getBytes(StandardCharsets.UTF_8), 0644, 0, 0);
  }

  public TarBuilder program(String name, byte[] content) {
    return entry('0', name, "", content, 0755, 0, 0);
  }

  public TarBuilder symlink(String name, String target) {
    return entry('2', name, target, new byte[0], 0777, 0, 0);
  }

  public TarBuilder hardLink(String name, String target) {
    return entry('1', name, target, new byte[0], 0644, 0, 0);
  }

  public TarBuilder entry(
      char type, String name, String link, byte[] content, int mode, long uid, long gid) {
    header(type, name, link, content.length, mode, uid, gid);
    return raw(padded(content));
  }

  public TarBuilder device(String name, char type, int major, int minor) {
    var block = block(type, name, "", 0, 0600, 0, 0);
    octal(block, 329, 8, major);
    octal(block, 337, 8, minor);
    return raw(summed(block));
  }

  public TarBuilder pax(String key, String value) {
    var record = paxRecord(key, value);
    header('x', "pax", "", record.length, 0644, 0, 0);
    return raw(padded(record));
  }

  public static byte[] paxRecord(String key, String value) {
    var rest = " " + key + "=" + value + "\n";
    int length = rest.getBytes(StandardCharsets.UTF_8).length;
    int whole = length + Integer.toString(length).length();
    whole = length + Integer.toString(whole).length();
    return (whole + rest).getBytes(StandardCharsets.UTF_8);
  }

  public TarBuilder header(
      char type, String name, String link, long size, int mode, long uid, long gid) {
    return raw(summed(block(type, name, link, size, mode, uid, gid)));
  }

  /** Without its checksum. */
  public static byte[] block(
      char type, String name, String link, long size, int mode, long uid, long gid) {
    var block = new byte[512];
    put(block, 0, 100, name);
    octal(block, 100, 8, mode);
    octal(block, 108, 8, uid);
    octal(block, 116, 8, gid);
    octal(block, 124, 12, size);
    octal(block, 136, 12, 1_700_000_000L);
    block[156] = (byte) type;
    put(block, 157, 100, link);
    put(block, 257, 8, "ustar\0" + "00");
    return block;
  }

  public static byte[] summed(byte[] block) {
    Arrays.fill(block, 148, 156, (byte) ' ');
    int sum = 0;
    for (byte value : block) {
      sum += value & 0xFF;
    }
    octal(block, 148, 7, sum);
    return block;
  }

  private static void put(byte[] block, int at, int room, String text) {
    var bytes = text.getBytes(StandardCharsets.UTF_8);
    System.arraycopy(bytes, 0, block, at, Math.min(room, bytes.length));
  }

  private static void octal(byte[] block, int at, int room, long value) {
    put(block, at, room, ("%0" + (room - 1) + "o").formatted(value) + "\0");
  }

  private static byte[] padded(byte[] content) {
    return Arrays.copyOf(content, (content.length + 511) / 512 * 512);
  }

  public TarBuilder raw(byte[] bytes) {
    out.writeBytes(bytes);
    return this;
  }

  public byte[] build() {
    var whole = new ByteArrayOutputStream();
    whole.writeBytes(out.toByteArray());
    whole.writeBytes(new byte[1024]);
    return whole.toByteArray();
  }

  public static byte[] gzip(byte[] bytes) {
    var out = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }
}
