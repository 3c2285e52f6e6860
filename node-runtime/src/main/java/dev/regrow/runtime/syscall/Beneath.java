package dev.regrow.runtime.syscall;

/**
 * Makes files beneath one directory, wherever the links in it point: every directory is opened by
 * openat2(2) with RESOLVE_BENEATH, and every name in it without following. Names and paths are
 * bytes, neither empty nor with a NUL or, for names, a slash. Not thread-safe: it keeps one buffer.
 * Every method throws {@link SyscallException}.
 */
public interface Beneath extends AutoCloseable {

  /** A directory beneath; EXDEV if a link on the way leads out, ENOTDIR, ENOENT, ELOOP. */
  Fd directory(byte[] path);

  /** The directory itself. */
  Fd top();

  /** A directory of that name; ENOTDIR or ELOOP if it is something else. */
  Fd child(Fd directory, byte[] name);

  /** A new file for writing, which only we may read; EEXIST. */
  Fd create(Fd directory, byte[] name);

  void write(Fd file, byte[] bytes, int offset, int length);

  void mkdir(Fd directory, byte[] name, int mode);

  void symlink(byte[] target, Fd directory, byte[] name);

  /** A second name; a symbolic link is linked itself. */
  void link(Fd from, byte[] fromName, Fd to, byte[] toName);

  /** What overlayfs takes for "not here any more": a character device of number 0. */
  void whiteout(Fd directory, byte[] name);

  void fifo(Fd directory, byte[] name, int mode);

  /** Everything but directories. */
  void unlink(Fd directory, byte[] name);

  /** Moves it out of the way, to a place that is not beneath. */
  void moveTo(Fd directory, byte[] name, Fd elsewhere, byte[] newName);

  /** Of the name itself, if it is a link. */
  void own(Fd directory, byte[] name, int uid, int gid);

  /** Of an open file or directory: owner, then mode, for chown takes set-user-id bits away. */
  void own(Fd file, int uid, int gid, int mode);

  void mode(Fd file, int mode);

  /** Of the name itself, if it is a link. */
  void modified(Fd directory, byte[] name, long seconds);

  void modified(Fd file, long seconds);

  /** Hides what layers below have in this directory (trusted.overlay.opaque). */
  void makeOpaque(Fd directory);

  @Override
  void close();
}
