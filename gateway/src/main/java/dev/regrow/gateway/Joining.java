package dev.regrow.gateway;

import dev.regrow.client.ApiException;
import dev.regrow.client.Calls;
import dev.regrow.client.Context;
import dev.regrow.client.JoinToken;
import dev.regrow.client.RegrowClient;
import dev.regrow.client.http.Endpoint;
import dev.regrow.core.identity.AuthorityName;
import dev.regrow.core.identity.NodeIdentity;
import dev.regrow.core.identity.NodeJoin;
import dev.regrow.v1.NodeJoinReply;
import dev.regrow.v1.NodeJoinRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** How a new node comes in: it asks a node of the cluster, with a token, to sign for its key. */
final class Joining {

  private static final Duration ANSWERED_WITHIN = Duration.ofSeconds(10);

  private Joining() {}

  /** Whether a directory holds no node's identity yet. */
  static boolean isNew(Path directory) {
    try {
      return NodeIdentity.open(directory).isEmpty();
    } catch (IOException e) {
      throw StartFailure.refused("cannot read who this node is: " + e.getMessage());
    }
  }

  /**
   * Makes this node's identity, unless it has one: then it is in the cluster already, and whom to
   * join is not asked again.
   *
   * @throws StartFailure if it is not let in, with the cluster's reason
   */
  static void ifNew(NodeOptions options, Path directory, String host) {
    var join = options.join().orElse(null);
    if (join == null || !isNew(directory)) {
      return;
    }
    try {
      var token = token(join.tokenFile());
      var asked = NodeJoin.prepare(directory, host);
      try (var client = RegrowClient.of(context(join, token), ANSWERED_WITHIN)) {
        var reply = answer(client, options, asked.request());
        requireSame(token, reply.getAuthorityPem().toByteArray());
        asked.accept(reply);
      }
    } catch (IllegalArgumentException noToken) {
      throw StartFailure.refused(join.tokenFile() + ": " + noToken.getMessage());
    } catch (ApiException refused) {
      throw StartFailure.refused(
          "node %s is not let in by %s: %s"
              .formatted(options.name(), join.address(), refused.getMessage()));
    } catch (IOException e) {
      throw StartFailure.refused(
          "node %s cannot join by %s: %s"
              .formatted(options.name(), join.address(), e.getMessage()));
    }
  }

  /** A server of the release before knows no names in requests; this node's registers it then. */
  private static NodeJoinReply answer(
      RegrowClient client, NodeOptions options, NodeJoinRequest request) {
    var role = options.role().orElse("worker");
    try {
      return client.send(Calls.join(request.toBuilder().setName(options.name()).build(), role));
    } catch (ApiException.Invalid unknown) {
      return client.send(Calls.join(request, role));
    }
  }

  private static JoinToken token(Path file) throws IOException {
    return JoinToken.parse(Files.readString(file, StandardCharsets.US_ASCII));
  }

  /**
   * Off loopback by TLS, to a server of the cluster that the token names, and to no other: it
   * proves itself before it is shown the token.
   */
  private static Context context(NodeOptions.Join join, JoinToken token) throws IOException {
    boolean secure = Endpoint.parse(join.address()).secure();
    if (secure && token.authority().isEmpty()) {
      throw new IOException(
          "the token does not say which cluster it is of, so it is not sent over a network; make a"
              + " new one: regrow token create --role join");
    }
    return new Context(
        join.address(),
        token.token(),
        secure ? "server:" + token.authority() : "",
        Context.DEFAULT_NAMESPACE,
        List.of());
  }

  private static void requireSame(JoinToken token, byte[] authorityPem) throws IOException {
    var answered = AuthorityName.ofPem(authorityPem);
    if (!token.authority().isEmpty() && !token.authority().equals(answered)) {
      throw new IOException(
          "the cluster there has the authority %s, and the token is of one with %s"
              .formatted(answered, token.authority()));
    }
  }
}
