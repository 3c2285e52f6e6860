package dev.regrow.core.identity;

import com.google.protobuf.ByteString;
import dev.regrow.core.disk.DurableFile;
import dev.regrow.v1.SecretKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The keys that this server can open secrets with, in a file of mode 0600: a line each, id, key in
 * base64, and when it was made. Thread-safe; the file is small and read anew each time.
 */
public final class SecretKeys {

  private static final String FILE = "secret-keys";
  private static final int KEY_BYTES = 32;
  private static final int ID_BYTES = 8;

  private final Path file;

  SecretKeys(Path directory) {
    this.file = directory.resolve(FILE);
  }

  /** A new one, which nobody has yet. */
  public static SecretKey generate(long wallMillis) {
    var random = new SecureRandom();
    var key = new byte[KEY_BYTES];
    random.nextBytes(key);
    var id = new byte[ID_BYTES];
    random.nextBytes(id);
    return SecretKey.newBuilder()
        .setId(HexFormat.of().formatHex(id))
        .setKey(ByteString.copyFrom(key))
        .setMadeAt(wallMillis)
        .build();
  }

  public synchronized List<SecretKey> all() throws IOException {
    return List.copyOf(read().values());
  }

  public synchronized Optional<SecretKey> find(String id) throws IOException {
    return Optional.ofNullable(read().get(id));
  }

  /** Keeps these, too; they are on disk when it returns. Idempotent. */
  public synchronized void add(Collection<SecretKey> keys) throws IOException {
    var known = read();
    boolean news = false;
    for (var key : keys) {
      if (key.getKey().size() != KEY_BYTES || !key.getId().matches("[0-9a-f]{16}")) {
        throw new IOException("that is no key of secrets");
      }
      news |= known.putIfAbsent(key.getId(), key) == null;
    }
    if (news) {
      write(known);
    }
  }

  /** A node that is no server any more opens nothing. */
  public synchronized void forget() throws IOException {
    Files.deleteIfExists(file);
    DurableFile.syncDirectory(DurableFile.parentOf(file));
  }

  private void write(Map<String, SecretKey> keys) throws IOException {
    DurableFile.write(file, text(keys.values()).getBytes(StandardCharsets.US_ASCII));
  }

  /** As in the file. */
  public static String text(Collection<SecretKey> keys) {
    var text = new StringBuilder();
    for (var key : keys) {
      text.append(key.getId())
          .append(' ')
          .append(Base64.getEncoder().encodeToString(key.getKey().toByteArray()))
          .append(' ')
          .append(key.getMadeAt())
          .append('\n');
    }
    return text.toString();
  }

  /**
   * Those of a text as the file has it.
   *
   * @throws IOException naming the line, never what is in it
   */
  public static List<SecretKey> parse(String text) throws IOException {
    var keys = new ArrayList<SecretKey>();
    int number = 0;
    for (var line : text.lines().toList()) {
      number++;
      var parts = line.split(" ", -1);
      try {
        keys.add(
            SecretKey.newBuilder()
                .setId(parts[0])
                .setKey(ByteString.copyFrom(Base64.getDecoder().decode(parts[1])))
                .setMadeAt(Long.parseLong(parts[2]))
                .build());
      } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException damaged) {
        // Without the cause: its message may hold what was read.
        throw new IOException("line %d holds no key of secrets".formatted(number));
      }
    }
    return keys;
  }

  private Map<String, SecretKey> read() throws IOException {
    var keys = new TreeMap<String, SecretKey>();
    try {
      for (var key : parse(Files.readString(file, StandardCharsets.US_ASCII))) {
        keys.put(key.getId(), key);
      }
    } catch (NoSuchFileException none) {
      return keys;
    } catch (IOException e) {
      throw new IOException(
          "cannot read the keys of secrets in %s: %s".formatted(file, e.getMessage()), e);
    }
    return keys;
  }
}
