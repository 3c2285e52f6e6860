package dev.regrow.core.store.raft;

import dev.regrow.core.identity.CertifiedNode;

/**
 * Who is at the other end of a connection, as the certificate says that it proved itself with.
 *
 * @param node what it says
 * @param late whether it had ended by then: good for getting another, and for nothing else
 * @param certificate DER, by which the same key gets another
 */
record Peer(CertifiedNode node, boolean late, java.security.cert.X509Certificate certificate) {

  String uid() {
    return node.uid();
  }

  /** For the log: who, not the whole certificate. */
  @Override
  public String toString() {
    return "node %s (%s%s)".formatted(node.uid(), node.role().text(), late ? ", ended" : "");
  }
}
