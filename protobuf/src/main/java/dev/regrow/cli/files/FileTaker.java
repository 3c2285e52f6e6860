package dev.regrow.cli.files;

import dev.regrow.client.FileEntry;
import dev.regrow.schema.Visible;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes files of entries that an instance gives. It may be hostile: names must be single ones, no
 * link is ever followed, and links that lead out of what is copied are left out.
 *
 * <p>A link climbs by {@code ..} at its beginning alone, and not above the top, as deep as it
 * really is: that holds whatever else is linked, before it or later. It may lead over other links
 * of the copy, as {@code ../../lib/libx.so} where {@code lib} is one: from there it only descends,
 * or climbs as that one may. A {@code ..} after a name would climb from wherever the name leads.
 */
public final class FileTaker {

  private static final Path UP = Path.of("..");
  private static final Path HERE = Path.of(".");
  private static final int DEEPEST = 64;
  private static final long BYTES_MAX = 64L << 30;

  private final InputStream in;
  private final Consumer<String> leftOut;
  private long bytesLeft = BYTES_MAX;

  /**
   * @param leftOut gets a word on each that was not copied
   */
  public FileTaker(InputStream in, Consumer<String> leftOut) {
    this.in = in;
    this.leftOut = leftOut;
  }

  /**
   * Reads to the end.
   *
   * @param target what the first entry becomes
   * @throws IOException if the copy is cut off or none, or a file cannot be made
   */
  public void take(Path target) throws IOException {
    var entry = FileEntry.read(in);
    if (entry.type() == FileEntry.Type.DIRECTORY) {
      makeDirectory(target, entry);
      children(target);
    } else if (entry.type() == FileEntry.Type.FILE) {
      file(target, entry);
    } else {
      throw notACopy();
    }
    if (FileEntry.read(in).type() != FileEntry.Type.DONE) {
      throw notACopy();
    }
  }

  /** Of a directory that was begun, until it is left. */
  private void children(Path top) throws IOException {
    Deque<Path> at = new ArrayDeque<>();
    at.push(top);
    while (!at.isEmpty()) {
      var entry = FileEntry.read(in);
      switch (entry.type()) {
        case LEAVE -> at.pop();
        case LEFT_OUT -> leftOut.accept(shown(entry.name()) + " could not be read");
        case FILE -> file(child(at.element(), entry), entry);
        case LINK -> link(child(at.element(), entry), at.size() - 1);
        case DIRECTORY -> {
          var directory = child(at.element(), entry);
          makeDirectory(directory, entry);
          at.push(directory);
          if (at.size() > DEEPEST) {
            throw new IOException("directories are nested more than " + DEEPEST + " deep");
          }
        }
        case DONE -> throw notACopy();
      }
    }
  }

  private static Path child(Path directory, FileEntry entry) throws IOException {
    var name = entry.name();
    boolean single =
        !name.isEmpty()
            && !name.equals(".")
            && !name.equals("..")
            && name.indexOf('/') < 0
            && name.indexOf(0) < 0;
    if (!single) {
      throw new IOException("the instance gave \"" + shown(name) + "\" as a name: refused");
    }
    try {
      return directory.resolve(name);
    } catch (InvalidPathException e) {
      throw new IOException("no file here can be called \"" + shown(name) + "\"", e);
    }
  }

  private static void makeDirectory(Path path, FileEntry entry) throws IOException {
    if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      try {
        Files.createDirectory(path);
      } catch (FileSystemException e) {
        throw new IOException(shown(path) + " is in the way, or its directory is not there", e);
      }
      Files.setPosixFilePermissions(path, permissions(entry.mode() | 0700));
    }
  }

  private void file(Path path, FileEntry entry) throws IOException {
    if (Files.isSymbolicLink(path)) {
      Files.delete(path);
    }
    try (var out =
        Files.newOutputStream(
            path,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE,
            LinkOption.NOFOLLOW_LINKS)) {
      for (var chunk = FileEntry.readChunk(in); chunk.length > 0; chunk = FileEntry.readChunk(in)) {
        bytesLeft -= chunk.length;
        if (bytesLeft < 0) {
          throw new IOException("it is larger than may be copied at a time");
        }
        out.write(chunk);
      }
    }
    Files.setPosixFilePermissions(path, permissions(entry.mode()));
    Files.setLastModifiedTime(path, FileTime.from(entry.time(), TimeUnit.SECONDS));
  }

  /**
   * @param depth how many directories of the copy are above it, but for the top
   */
  private void link(Path path, int depth) throws IOException {
    var target = new String(FileEntry.readChunk(in), StandardCharsets.UTF_8);
    var leads = within(depth, target);
    if (leads == null) {
      leftOut.accept(shown(path) + " leads out of what is copied, to " + shown(target));
    } else if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException(shown(path) + " is a directory here, and a link there");
    } else {
      Files.deleteIfExists(path);
      Files.createSymbolicLink(path, leads);
    }
  }

  /** Null: it does not stay below. */
  private static @Nullable Path within(int depth, String target) {
    try {
      var leads = Path.of(target);
      int climbed = 0;
      boolean descends = false;
      for (var name : leads) {
        if (!name.equals(UP)) {
          descends |= !name.equals(HERE);
        } else if (descends || ++climbed > depth) {
          return null;
        }
      }
      return leads.isAbsolute() || target.isEmpty() ? null : leads;
    } catch (InvalidPathException e) {
      return null;
    }
  }

  private static EnumSet<PosixFilePermission> permissions(int mode) {
    var all = PosixFilePermission.values(); // From the owner's reading to the others' executing.
    var set = EnumSet.noneOf(PosixFilePermission.class);
    for (int i = 0; i < all.length; i++) {
      if (((mode >> (all.length - 1 - i)) & 1) == 1) {
        set.add(all[i]);
      }
    }
    return set;
  }

  private static IOException notACopy() {
    return new IOException("the copy is no copy");
  }

  private static String shown(Object nameOrPath) {
    return Visible.line(nameOrPath.toString());
  }
}
