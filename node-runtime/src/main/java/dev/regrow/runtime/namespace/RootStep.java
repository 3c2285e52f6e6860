package dev.regrow.runtime.namespace;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One step of building a root file system, carried out by the shim in order (root.c). Numbers are
 * part of the shim's protocol.
 *
 * @param uid and gid as the host numbers them; of a device: its major and minor number
 */
public record RootStep(
    Op op, int flags, int mode, int uid, int gid, long size, String first, String second) {

  /** MOUNT_ATTR_ of mount_setattr(2). */
  public static final int READ_ONLY = 1;

  public static final int NOSUID = 2;
  public static final int NODEV = 4;
  public static final int NOEXEC = 8;

  /** Goes on if it fails: what it brings is a convenience. */
  public static final int OPTIONAL = 0x100;

  public static final int RECURSIVE = 0x200;

  /** Files of host id 0 appear as the instance's root's, and so on. */
  public static final int IDMAPPED = 0x400;

  /** Fails if there is a link in the path: it was judged without any. */
  public static final int STRAIGHT = 0x800;

  private static final int HEADER_BYTES = 32;

  /** What to do. */
  public enum Op {
    ROOT_TMPFS(1),
    ROOT_OVERLAY(2),
    DIRECTORY(4),
    TEXT(5),
    SYMLINK(6),
    BIND(7),
    FILESYSTEM(8),
    DEVICE(9),
    MASK(10),
    MAKE_READ_ONLY(11),
    SEAL(12),
    LAYERS(13),
    EXTEND(14);

    private final int number;

    Op(int number) {
      this.number = number;
    }
  }

  public RootStep {
    if (first.indexOf(0) >= 0 || second.indexOf(0) >= 0) {
      throw new IllegalArgumentException("a path or text with a NUL");
    }
  }

  /** A new root in memory. */
  static RootStep rootTmpfs(long bytes, int uid, int gid) {
    return new RootStep(Op.ROOT_TMPFS, 0, 0755, uid, gid, bytes, "", "");
  }

  /**
   * A root that shows a directory, with what is written to it kept in {@code writable}/upper.
   *
   * @param writable "": in memory, for a root that only its steps write to
   */
  static RootStep rootOverlay(String lower, String writable, int flags) {
    return new RootStep(
        Op.ROOT_OVERLAY, flags | READ_ONLY | RECURSIVE, 0, 0, 0, 0, lower, writable);
  }

  /** The next overlay's lower directories are these, within the one that it shows. */
  static RootStep layers(String directory, String topFirst) {
    return new RootStep(Op.LAYERS, 0, 0, 0, 0, 0, directory, topFirst);
  }

  /** Something can be mounted below this directory, though it is shared and read-only. */
  static RootStep extend(String path) {
    return new RootStep(Op.EXTEND, 0, 0, 0, 0, 0, path, "");
  }

  static RootStep directory(String path, int mode, int uid, int gid) {
    return new RootStep(Op.DIRECTORY, 0, mode, uid, gid, 0, path, "");
  }

  /** A read-only file with this text, over what is at that path. */
  static RootStep text(String path, String content) {
    return new RootStep(Op.TEXT, 0, 0, 0, 0, 0, path, content);
  }

  static RootStep symlink(String path, String target) {
    return new RootStep(Op.SYMLINK, 0, 0, 0, 0, 0, path, target);
  }

  static RootStep bind(String source, String path, int flags) {
    return new RootStep(Op.BIND, flags, 0, 0, 0, 0, source, path);
  }

  static RootStep tmpfs(String path, int flags, int mode, int uid, int gid, long bytes) {
    return new RootStep(Op.FILESYSTEM, flags, mode, uid, gid, bytes, "tmpfs", path);
  }

  static RootStep filesystem(String type, String path, int flags, int gid) {
    return new RootStep(Op.FILESYSTEM, flags, 0, 0, gid, 0, type, path);
  }

  static RootStep device(String path, int major, int minor) {
    return new RootStep(Op.DEVICE, 0, 0666, major, minor, 0, path, "");
  }

  /** Hides a file or directory, if this kernel has it. */
  static RootStep mask(String path) {
    return new RootStep(Op.MASK, 0, 0, 0, 0, 0, path, "");
  }

  /** What is at this path, and below, can no longer be written, if this kernel has it. */
  static RootStep makeReadOnly(String path) {
    return new RootStep(Op.MAKE_READ_ONLY, 0, 0, 0, 0, 0, path, "");
  }

  /** Nothing more can be made in the root itself. */
  static RootStep seal() {
    return new RootStep(Op.SEAL, 0, 0, 0, 0, 0, "", "");
  }

  /** As the shim reads it. */
  public byte[] encode() {
    var one = first.getBytes(StandardCharsets.UTF_8);
    var two = second.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(HEADER_BYTES + one.length + two.length + 2)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(op.number)
        .putInt(flags)
        .putInt(mode)
        .putInt(uid)
        .putInt(gid)
        .putInt(0)
        .putLong(size)
        .put(Arrays.copyOf(one, one.length + 1))
        .put(Arrays.copyOf(two, two.length + 1))
        .array();
  }
}
