package dev.regrow.core.store.raft;

import java.security.SecureRandom;

/**
 * The name of a server in the Raft group: the node's uid, something random (a server that lost its
 * disk has another), and whether it is a witness: {@code 4f0c12ab9e77-1c93a5d2-w}.
 */
final class PeerName {

  private static final String WITNESS = "-w";

  private PeerName() {}

  static String make(String nodeUid, boolean witness) {
    return "%s-%08x%s".formatted(nodeUid, new SecureRandom().nextInt(), witness ? WITNESS : "");
  }

  static String nodeUid(String peerId) {
    int dash = peerId.indexOf('-');
    return dash < 0 ? peerId : peerId.substring(0, dash);
  }

  static boolean witness(String peerId) {
    return peerId.endsWith(WITNESS);
  }
}
