package dev.regrow.core.store.raft;

import dev.regrow.core.identity.NodeIdentity;
import dev.regrow.v1.StoreRenewReply;
import dev.regrow.v1.StoreRenewRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Asks the store's servers for another certificate, one after the other, by a connection made for
 * that: it shows the certificate that there is, even if that has ended.
 */
final class Renewals {

  /** Longer than a busy machine takes for a handshake and a signature; nobody waits for it. */
  private static final Duration ATTEMPT = Duration.ofSeconds(10);

  private Renewals() {}

  /**
   * @throws IOException if nobody gave one, with what each said
   */
  static StoreRenewReply ask(NodeIdentity identity) throws IOException, InterruptedException {
    var said = new ArrayList<String>();
    for (String address : identity.contacts()) {
      try (var channels = new Channels(identity.tls(), Runnable::run)) {
        StoreRenewReply reply =
            channels
                .ask(address, Wire.RENEW, StoreRenewRequest.getDefaultInstance(), ATTEMPT)
                .get(ATTEMPT.toMillis() + 1_000, TimeUnit.MILLISECONDS);
        if (!reply.hasRefusal()) {
          return reply;
        }
        said.add(address + ": " + reply.getRefusal().getMessage());
      } catch (ExecutionException failed) {
        Throwable cause = Failures.cause(failed);
        said.add(cause == null ? address : String.valueOf(cause.getMessage()));
      } catch (TimeoutException silent) {
        said.add(address + " does not answer");
      }
    }
    throw new IOException(
        said.isEmpty()
            ? "no server of the store is known to this node"
            : "no server renewed this node's certificate (" + String.join("; ", said) + ")");
  }
}
