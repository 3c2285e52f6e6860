package dev.regrow.runtime.image.layer;

import dev.regrow.runtime.image.BadImage;
import dev.regrow.runtime.syscall.Beneath;
import dev.regrow.runtime.syscall.Errno;
import dev.regrow.runtime.syscall.Fd;
import dev.regrow.runtime.syscall.SyscallException;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The directory that a layer becomes. A later entry replaces an earlier one of the same name;
 * whiteouts and opaque directories become what overlayfs takes for them. Links of the layer are
 * followed only where they stay beneath; extended attributes are left out. Not thread-safe.
 */
final class LayerTree implements AutoCloseable {

  /** Owners that an instance has no number for are nobody's. */
  private static final int IDS = 65536;

  private static final int NOBODY = 65534;
  private static final int IMPLIED = 0755;

  /** What the layer is to blame for; anything else is this machine's. */
  private static final Set<Errno> MALFORMED =
      EnumSet.of(
          Errno.EXDEV,
          Errno.ELOOP,
          Errno.ENOTDIR,
          Errno.ENOENT,
          Errno.EEXIST,
          Errno.ENAMETOOLONG,
          Errno.EISDIR,
          Errno.EPERM,
          Errno.EINVAL,
          Errno.EMLINK);

  private final Beneath beneath;
  private final Fd trash;
  private final Set<String> whiteouts = new HashSet<>();
  private final Map<String, Long> directoryTimes = new HashMap<>();
  private @Nullable Fd parent;
  private String parentKey = "";
  private int trashed;

  LayerTree(Beneath beneath, Fd trash) {
    this.beneath = beneath;
    this.trash = trash;
  }

  /** A file that wants its content. */
  final class NewFile implements AutoCloseable {
    private final Fd fd;
    private final TarEntry entry;

    private NewFile(Fd fd, TarEntry entry) {
      this.fd = fd;
      this.entry = entry;
    }

    Fd fd() {
      return fd;
    }

    void finish() {
      beneath.own(fd, id(entry.uid()), id(entry.gid()), entry.mode());
      beneath.modified(fd, entry.mtimeSeconds());
    }

    @Override
    public void close() {
      fd.close();
    }
  }

  /**
   * Adds what an entry describes.
   *
   * @return of a file, where its content goes
   */
  @Nullable NewFile add(TarEntry entry) {
    try {
      var path = EntryPath.of(entry.name());
      if (path.isRoot()) {
        root(entry);
        return null;
      }
      return path.isWhiteout() ? mark(path) : make(path, entry);
    } catch (SyscallException e) {
      if (MALFORMED.contains(e.errno())) {
        throw new BadImage("cannot unpack '" + entry.shownName() + "': " + reason(e), e);
      }
      throw e;
    }
  }

  private static String reason(SyscallException e) {
    return e.errno() == Errno.EXDEV
        ? "a link on its way leads out of the layer"
        : e.errno().description();
  }

  private void root(TarEntry entry) {
    if (entry.type() != TarEntry.Type.DIRECTORY) {
      throw new BadImage("the layer's root is no directory");
    }
    beneath.own(beneath.top(), id(entry.uid()), id(entry.gid()), entry.mode());
    directoryTimes.put("", entry.mtimeSeconds());
  }

  private @Nullable NewFile mark(EntryPath path) {
    if (path.isOpaqueMark()) {
      beneath.makeOpaque(parent(path));
      return null;
    }
    if (new String(path.name(), StandardCharsets.ISO_8859_1).startsWith(".wh..wh.")) {
      return null; // What AUFS kept for itself.
    }
    var hidden = path.hidden();
    var directory = parent(hidden);
    try {
      beneath.whiteout(directory, hidden.name());
      whiteouts.add(hidden.key());
    } catch (SyscallException e) {
      if (e.errno() != Errno.EEXIST) {
        throw e;
      }
      hideBelow(directory, hidden.name());
    }
    return null;
  }

  /** What this layer itself has there stays; only what is below it goes. */
  private void hideBelow(Fd directory, byte[] name) {
    try (var child = beneath.child(directory, name)) {
      beneath.makeOpaque(child);
    } catch (SyscallException e) {
      if (e.errno() != Errno.ENOTDIR && e.errno() != Errno.ELOOP) {
        throw e;
      }
    }
  }

  private @Nullable NewFile make(EntryPath path, TarEntry entry) {
    switch (entry.type()) {
      case FILE -> {
        return file(path, entry);
      }
      case DIRECTORY -> directory(path, entry);
      case SYMLINK -> symlink(path, entry);
      case HARD_LINK -> hardLink(path, entry);
      case FIFO -> fifo(path, entry);
      case CHARACTER_DEVICE, BLOCK_DEVICE -> UsualDevices.require(path, entry);
    }
    return null;
  }

  private NewFile file(EntryPath path, TarEntry entry) {
    var directory = parent(path);
    return new NewFile(
        replacing(directory, path, () -> beneath.create(directory, path.name())), entry);
  }

  private void symlink(EntryPath path, TarEntry entry) {
    if (entry.link().length == 0 || entry.link().length > 4095) {
      throw new BadImage("the link '" + entry.shownName() + "' has no target, or too long a one");
    }
    var directory = parent(path);
    replacing(
        directory,
        path,
        () -> {
          beneath.symlink(entry.link(), directory, path.name());
          return true;
        });
    beneath.own(directory, path.name(), id(entry.uid()), id(entry.gid()));
    beneath.modified(directory, path.name(), entry.mtimeSeconds());
  }

  private void hardLink(EntryPath path, TarEntry entry) {
    var target = EntryPath.of(entry.link());
    if (target.isRoot() || target.key().equals(path.key())) {
      throw new BadImage("the hard link '" + entry.shownName() + "' points to itself or the root");
    }
    var directory = parent(path);
    try (var from = target.parent().length == 0 ? null : beneath.directory(target.parent())) {
      var source = from == null ? beneath.top() : from;
      replacing(
          directory,
          path,
          () -> {
            beneath.link(source, target.name(), directory, path.name());
            return true;
          });
    }
  }

  private void fifo(EntryPath path, TarEntry entry) {
    var directory = parent(path);
    replacing(
        directory,
        path,
        () -> {
          beneath.fifo(directory, path.name(), entry.mode());
          return true;
        });
    beneath.own(directory, path.name(), id(entry.uid()), id(entry.gid()));
  }

  private void directory(EntryPath path, TarEntry entry) {
    var directory = parent(path);
    boolean fresh = makeDirectory(directory, path);
    try (var made = beneath.child(directory, path.name())) {
      beneath.own(made, id(entry.uid()), id(entry.gid()), entry.mode());
      if (fresh && whiteouts.remove(path.key())) {
        beneath.makeOpaque(made);
      }
    }
    directoryTimes.put(path.key(), entry.mtimeSeconds());
  }

  /**
   * @return false if it was there
   */
  private boolean makeDirectory(Fd directory, EntryPath path) {
    try {
      beneath.mkdir(directory, path.name(), IMPLIED);
      return true;
    } catch (SyscallException e) {
      if (e.errno() != Errno.EEXIST) {
        throw e;
      }
    }
    try {
      beneath.child(directory, path.name()).close();
      return false;
    } catch (SyscallException e) {
      if (e.errno() != Errno.ENOTDIR && e.errno() != Errno.ELOOP) {
        throw e;
      }
    }
    beneath.unlink(directory, path.name());
    forgetParent(directory);
    beneath.mkdir(directory, path.name(), IMPLIED);
    return true;
  }

  /** Something that makes a new name. */
  private interface Making<T> {
    T make();
  }

  private <T> T replacing(Fd directory, EntryPath path, Making<T> making) {
    try {
      return making.make();
    } catch (SyscallException e) {
      if (e.errno() != Errno.EEXIST) {
        throw e;
      }
    }
    remove(directory, path);
    return making.make();
  }

  private void remove(Fd directory, EntryPath path) {
    try {
      beneath.unlink(directory, path.name());
    } catch (SyscallException e) {
      if (e.errno() != Errno.EISDIR) {
        throw e;
      }
      var name = Integer.toString(++trashed).getBytes(StandardCharsets.US_ASCII);
      beneath.moveTo(directory, path.name(), trash, name);
      directoryTimes.keySet().removeIf(key -> (key + "/").startsWith(path.key() + "/"));
      whiteouts.removeIf(key -> key.startsWith(path.key() + "/"));
    }
    forgetParent(directory);
    whiteouts.remove(path.key());
  }

  /**
   * A directory went, or a link to one, and perhaps the directory that is kept open went with it.
   */
  private void forgetParent(Fd stillNeeded) {
    if (parent != null && parent != stillNeeded) {
      parent.close();
      parent = null;
    }
  }

  /** The directory that it goes to: made, if the layer has not. */
  private Fd parent(EntryPath path) {
    if (path.parent().length == 0) {
      return beneath.top();
    }
    var key = new String(path.parent(), StandardCharsets.ISO_8859_1);
    if (parent != null && parentKey.equals(key)) {
      return parent;
    }
    var opened = opened(path.parent());
    if (parent != null) {
      parent.close();
    }
    parent = opened;
    parentKey = key;
    return opened;
  }

  private Fd opened(byte[] directory) {
    try {
      return beneath.directory(directory);
    } catch (SyscallException e) {
      boolean missing = e.errno() == Errno.ENOENT || e.errno() == Errno.ENOTDIR;
      if (!missing) {
        throw e;
      }
    }
    var path = EntryPath.of(directory);
    if (path.parent().length == 0) {
      imply(beneath.top(), path);
    } else {
      try (var above = opened(path.parent())) {
        imply(above, path);
      }
    }
    return beneath.directory(directory);
  }

  private void imply(Fd above, EntryPath path) {
    boolean hidden = whiteouts.remove(path.key());
    if (hidden) {
      beneath.unlink(above, path.name());
    }
    try {
      beneath.mkdir(above, path.name(), IMPLIED);
    } catch (SyscallException e) {
      if (e.errno() != Errno.EEXIST) {
        throw e;
      }
      throw new BadImage("'" + path.key() + "' is used as a directory, and is none", e);
    }
    try (var made = beneath.child(above, path.name())) {
      beneath.mode(made, IMPLIED); // whatever our umask is
      if (hidden) {
        beneath.makeOpaque(made);
      }
    }
  }

  /** Directories get their times last: what is made in them changes them. */
  void finish() {
    for (var entry : directoryTimes.entrySet()) {
      var key = entry.getKey();
      long seconds = entry.getValue();
      if (key.isEmpty()) {
        beneath.modified(beneath.top(), seconds);
      } else {
        modified(key, seconds);
      }
    }
  }

  private void modified(String key, long seconds) {
    try (var directory = beneath.directory(key.getBytes(StandardCharsets.ISO_8859_1))) {
      beneath.modified(directory, seconds);
    } catch (SyscallException e) {
      if (!MALFORMED.contains(e.errno())) {
        throw e;
      } // A link that led to it leads elsewhere by now: it has no such name any more.
    }
  }

  private static int id(long id) {
    return id < IDS ? (int) id : NOBODY;
  }

  @Override
  public void close() {
    if (parent != null) {
      parent.close();
      parent = null;
    }
  }
}
