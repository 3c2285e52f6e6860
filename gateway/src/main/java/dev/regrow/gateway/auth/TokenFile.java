package dev.regrow.gateway.auth;

import dev.regrow.core.disk.DurableFile;
import dev.regrow.v1.StoredToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * The local copy of the token hashes, for when the cluster is away: varint-delimited {@link
 * StoredToken} messages, replaced as a whole, mode 0600.
 */
public final class TokenFile {

  private final Path path;

  public TokenFile(Path path) {
    this.path = path;
  }

  /**
   * What was last written; empty before the first time.
   *
   * @throws IOException when the file is damaged or unreadable
   */
  public List<StoredToken> read() throws IOException {
    if (!Files.exists(path)) {
      return List.of();
    }
    var tokens = new ArrayList<StoredToken>();
    try (var in = Files.newInputStream(path)) {
      for (var token = StoredToken.parseDelimitedFrom(in);
          token != null;
          token = StoredToken.parseDelimitedFrom(in)) {
        tokens.add(token);
      }
    }
    return tokens;
  }

  /**
   * Replaces the file; what was there stays whole until the new one is on disk.
   *
   * @throws UncheckedIOException when the disk does not take it
   */
  public void write(Collection<StoredToken> tokens) {
    var bytes = new ByteArrayOutputStream();
    try {
      for (var token : tokens) {
        token.writeDelimitedTo(bytes);
      }
      DurableFile.write(path, bytes.toByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot write the copy of the token hashes at " + path + ": " + e.getMessage(), e);
    }
  }
}
