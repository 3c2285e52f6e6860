package dev.regrow.runtime.shim;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Writes the configuration that a shim starts an attempt by. All records are critical: a shim that
 * does not know one refuses, rather than start with less isolation than was asked for.
 */
public final class ShimConfig {

  private static final byte[] MAGIC = {'R', 'G', 'S', 'H'};
  private static final short VERSION = 1;
  private static final short CRITICAL = 1;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream(8192);

  public ShimConfig() {
    out.writeBytes(MAGIC);
    out.writeBytes(buffer(4).putShort(VERSION).putShort((short) 0).array());
  }

  public ShimConfig attempt(String instanceId, int attempt) {
    return text(Tag.INSTANCE, instanceId).record(Tag.ATTEMPT, buffer(4).putInt(attempt));
  }

  public ShimConfig stateDirectory(Path directory) {
    return text(Tag.STATE_DIRECTORY, directory.toString());
  }

  /**
   * @param bytesPerFile at least 4096
   * @param files at least 1; the current one counts
   */
  public ShimConfig logs(Path directory, long bytesPerFile, int files) {
    return text(Tag.LOG_DIRECTORY, directory.toString())
        .record(Tag.LOG_LIMITS, buffer(12).putLong(bytesPerFile).putInt(files));
  }

  public ShimConfig cgroup1Tasks(Path file) {
    return text(Tag.CGROUP1_TASKS, file.toString());
  }

  public ShimConfig cgroup2(Path directory) {
    return text(Tag.CGROUP2_DIRECTORY, directory.toString());
  }

  public ShimConfig idRange(int base, int count) {
    return record(Tag.ID_RANGE, buffer(8).putInt(base).putInt(count));
  }

  public ShimConfig user(int uid, int gid) {
    return record(Tag.USER, buffer(8).putInt(uid).putInt(gid));
  }

  public ShimConfig hostName(String name) {
    return text(Tag.HOST_NAME, name);
  }

  public ShimConfig hostNetwork() {
    return record(Tag.NETWORK, buffer(1).put((byte) 0));
  }

  /**
   * A network namespace that is there already.
   *
   * @param file opens it
   */
  public ShimConfig networkNamespace(Path file) {
    return record(Tag.NETWORK, buffer(1).put((byte) 2))
        .text(Tag.NETWORK_NAMESPACE, file.toString());
  }

  /**
   * @param encoded a step of building the root, as the shim reads it
   */
  public ShimConfig rootStep(byte[] encoded) {
    return bytes(Tag.ROOT_STEP, encoded);
  }

  public ShimConfig argument(String value) {
    return text(Tag.ARGUMENT, value);
  }

  public ShimConfig environment(String name, String value) {
    return text(Tag.ENVIRONMENT, name + "=" + value);
  }

  public ShimConfig workingDirectory(String path) {
    return text(Tag.WORKING_DIRECTORY, path);
  }

  /**
   * @param resource as getrlimit(2) numbers it
   */
  public ShimConfig rlimit(int resource, long soft, long hard) {
    return record(Tag.RLIMIT, buffer(24).putInt(resource).putInt(0).putLong(soft).putLong(hard));
  }

  /**
   * @param filter an array of struct sock_filter
   */
  public ShimConfig seccomp(byte[] filter) {
    return bytes(Tag.SECCOMP, filter);
  }

  /**
   * What it has in its own user namespace.
   *
   * @param bits bit n is capability n, as capabilities(7) numbers them
   */
  public ShimConfig capabilities(long bits) {
    return record(Tag.CAPABILITIES, buffer(8).putLong(bits));
  }

  /** Kills the instance at this CLOCK_BOOTTIME, in nanoseconds, unless it is renewed. */
  public ShimConfig lease(long deadlineBoottimeNanos) {
    return record(Tag.LEASE, buffer(8).putLong(deadlineBoottimeNanos));
  }

  public ShimConfig oomScoreAdj(int value) {
    return record(Tag.OOM_SCORE_ADJ, buffer(4).putInt(value));
  }

  /**
   * @param path below /proc/sys, and only of the own network namespace
   */
  public ShimConfig sysctl(String path, String value) {
    return text(Tag.SYSCTL, path + "=" + value);
  }

  /**
   * Not a new instance, but a command in a living one.
   *
   * @param init its PID 1, on the host
   * @param startTicks of that, so that no other process can be meant
   */
  public ShimConfig join(int init, long startTicks) {
    return record(Tag.JOIN, buffer(12).putInt(init).putLong(startTicks));
  }

  /** That command reads and writes pipes of the agent's. */
  public ShimConfig pipes() {
    return record(Tag.STREAMS, buffer(6).put((byte) 1));
  }

  /** That command has a terminal. */
  public ShimConfig terminal(int rows, int columns) {
    return record(
        Tag.STREAMS,
        buffer(6).putShort((short) 2).putShort((short) rows).putShort((short) columns));
  }

  /**
   * It is no program, but a copy of files.
   *
   * @param give whether out of the instance
   * @param bytesMost of all files
   */
  public ShimConfig files(boolean give, long bytesMost) {
    return record(Tag.FILES, buffer(12).put((byte) (give ? 1 : 2)).position(4).putLong(bytesMost));
  }

  public byte[] encode() {
    return out.toByteArray();
  }

  private ShimConfig text(Tag tag, String value) {
    if (value.indexOf(0) >= 0) {
      throw new IllegalArgumentException(tag + " holds a NUL character");
    }
    return bytes(tag, value.getBytes(StandardCharsets.UTF_8));
  }

  private ShimConfig record(Tag tag, ByteBuffer value) {
    var encoded = new byte[value.capacity()];
    value.rewind().get(encoded);
    return bytes(tag, encoded);
  }

  private ShimConfig bytes(Tag tag, byte[] value) {
    out.writeBytes(
        buffer(8).putShort((short) tag.number()).putShort(CRITICAL).putInt(value.length).array());
    out.writeBytes(value);
    return this;
  }

  private static ByteBuffer buffer(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }
}
