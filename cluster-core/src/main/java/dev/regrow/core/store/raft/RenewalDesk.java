package dev.regrow.core.store.raft;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.regrow.core.identity.ClusterAuthority;
import dev.regrow.core.identity.NodeIdentity;
import dev.regrow.core.identity.NodeRole;
import dev.regrow.core.identity.Renewal;
import dev.regrow.core.store.Entry;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.Permissions;
import dev.regrow.core.store.StoreException;
import dev.regrow.core.store.StoreException.Kind;
import dev.regrow.v1.StoreRenewReply;
import dev.regrow.v1.StoredNode;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gives a node of the cluster another certificate, on a server that has the authority's key. */
final class RenewalDesk {

  private static final Logger LOG = LoggerFactory.getLogger(RenewalDesk.class);

  private final NodeIdentity identity;
  private final Permissions.Present present;

  RenewalDesk(NodeIdentity identity, Permissions.Present present) {
    this.identity = identity;
    this.present = present;
  }

  /** By what this server knows now: without a majority certificates end all the same. */
  StoreRenewReply renew(Peer peer) {
    try {
      Optional<NodeRole> role = Permissions.renewedAs(peer.node(), peer.late(), record(peer.uid()));
      Optional<ClusterAuthority> authority = ClusterAuthority.of(identity);
      if (role.isEmpty()) {
        return refused(
            new StoreException(
                Kind.DENIED,
                "the certificate of node %s ended at %s, and the cluster does not know it (any more); let it join anew"
                    .formatted(peer.uid(), peer.node().goodUntil())));
      }
      if (authority.isEmpty()) {
        return refused(new Proposer.NotProposed("this node signs for nobody"));
      }
      var reply =
          authority.get().renew(peer.certificate(), role.get(), Instant.now(), Renewal.lifetime());
      LOG.info(
          "the certificate of node {} ({}) is renewed{}",
          peer.uid(),
          role.get().text(),
          peer.late() ? ", which had ended" : "");
      return reply;
    } catch (IOException failed) {
      return refused(new Proposer.NotProposed("this node cannot sign now: " + failed.getMessage()));
    }
  }

  private static StoreRenewReply refused(RuntimeException why) {
    return StoreRenewReply.newBuilder().setRefusal(Refusals.encode(why, "")).build();
  }

  private @Nullable StoredNode record(String uid) throws IOException {
    Entry entry = present.get(Keys.node(uid));
    try {
      return entry == null ? null : StoredNode.parseFrom(entry.value());
    } catch (InvalidProtocolBufferException damaged) {
      throw new IOException("the record " + entry.key() + " is damaged", damaged);
    }
  }
}
