package dev.regrow.gateway;

import dev.regrow.client.ApiException;
import dev.regrow.client.Calls;
import dev.regrow.client.Context;
import dev.regrow.client.RegrowClient;
import dev.regrow.core.identity.NodeIdentity;
import dev.regrow.core.identity.NodeJoin;
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
      var token = Files.readString(join.tokenFile(), StandardCharsets.US_ASCII).strip();
      var asked = NodeJoin.prepare(directory, host);
      var context =
          new Context("http://" + join.address(), token, "", Context.DEFAULT_NAMESPACE, List.of());
      try (var client = RegrowClient.of(context, ANSWERED_WITHIN)) {
        asked.accept(client.send(Calls.join(asked.request(), options.role().orElse("worker"))));
      }
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
}
