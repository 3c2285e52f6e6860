package dev.regrow.cli.local;

import dev.regrow.cli.Failure;
import dev.regrow.cli.Terminal;
import dev.regrow.client.ApiException;
import dev.regrow.client.Calls;
import dev.regrow.client.Context;
import dev.regrow.client.RegrowClient;
import dev.regrow.v1.Token;
import dev.regrow.v1.TokenRequest;
import dev.regrow.v1.TokenRole;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;

/** What lets new nodes in: a token in a file of the owner's, both gone once they are in. */
final class Invitation implements AutoCloseable {

  /** For no longer than nodes may take to start, should nobody be left to revoke it. */
  private static final Duration VALID = Duration.ofMinutes(10);

  private final Terminal terminal;
  private final Context cluster;
  private final Path file;
  private final Token token;

  private Invitation(Terminal terminal, Context cluster, Path file, Token token) {
    this.terminal = terminal;
    this.cluster = cluster;
    this.file = file;
    this.token = token;
  }

  /**
   * Has the cluster make one.
   *
   * @param file to be made; what was there is replaced
   */
  static Invitation to(Context cluster, Path file, Terminal terminal) {
    var wanted =
        TokenRequest.newBuilder().setRole(TokenRole.TOKEN_JOIN).setTtl(VALID.toMillis()).build();
    Token token;
    try (var client = RegrowClient.of(cluster)) {
      token = client.send(Calls.createToken(wanted));
    } catch (ApiException e) {
      throw Failure.error("no token for a new node: " + e.getMessage());
    }
    var invitation = new Invitation(terminal, cluster, file, token);
    try {
      invitation.write();
    } catch (IOException e) {
      invitation.close();
      throw Failure.error("cannot write " + file + ": " + e.getMessage());
    }
    return invitation;
  }

  private void write() throws IOException {
    Files.deleteIfExists(file);
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(file, token.getToken() + "\n", StandardCharsets.US_ASCII);
  }

  /** Holds the token. */
  Path file() {
    return file;
  }

  /** The file first: it is gone whatever becomes of the call. */
  @Override
  public void close() {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      terminal.say("delete it, it is a secret: " + file + " (" + e.getMessage() + ")");
    }
    try (var client = RegrowClient.of(cluster)) {
      client.send(Calls.revokeToken(token.getId()));
    } catch (ApiException.NotFound gone) {
      // As it is to be: its time was over, or an attempt before this one got through.
    } catch (ApiException e) {
      terminal.say(
          "the token %s, which lets nodes in, is not revoked and ends within %d minutes: %s"
              .formatted(token.getId(), VALID.toMinutes(), e.getMessage()));
    }
  }
}
