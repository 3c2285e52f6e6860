package dev.regrow.core.identity;

import com.google.protobuf.ByteString;
import dev.regrow.core.disk.DurableFile;
import dev.regrow.v1.NodeJoinReply;
import dev.regrow.v1.NodeJoinRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.X509Certificate;

/**
 * A new node on its way in: it makes its key, asks with {@link #request}, and becomes a node with
 * what it is answered. The private key never leaves its directory.
 */
public final class NodeJoin {

  private final Path directory;
  private final KeyPair keys;
  private final NodeJoinRequest request;

  private NodeJoin(Path directory, KeyPair keys, NodeJoinRequest request) {
    this.directory = directory;
    this.keys = keys;
    this.request = request;
  }

  /**
   * Begins.
   *
   * @param directory of the identity; gets mode 0700
   * @param host the address by which others reach this node
   * @throws IOException if there is an identity already, or none can be made
   */
  public static NodeJoin prepare(Path directory, String host) throws IOException {
    DurableFile.makeDirectory(directory);
    if (NodeIdentity.open(directory).isPresent()) {
      throw new IOException(directory + " holds the identity of a node already; start it as that");
    }
    var random = new SecureRandom();
    String uid = NodeIdentity.newUid(random);
    try {
      KeyPair keys = new Certificates(random).newKeys();
      var signature = Signature.getInstance("SHA256withECDSA");
      signature.initSign(keys.getPrivate(), random);
      signature.update(uid.getBytes(StandardCharsets.US_ASCII));
      var request =
          NodeJoinRequest.newBuilder()
              .setNodeUid(uid)
              .addAllHosts(NodeIdentity.hosts(host))
              .setPublicKey(ByteString.copyFrom(keys.getPublic().getEncoded()))
              .setProof(ByteString.copyFrom(signature.sign()))
              .build();
      return new NodeJoin(directory, keys, request);
    } catch (GeneralSecurityException unsupported) {
      throw NodeIdentity.unsupported(unsupported);
    }
  }

  /** What to ask the cluster. */
  public NodeJoinRequest request() {
    return request;
  }

  /**
   * Becomes a node of the cluster that answered.
   *
   * @throws IOException if the answer is not a certificate of that authority for this very key, or
   *     cannot be written
   */
  public NodeIdentity accept(NodeJoinReply reply) throws IOException {
    try {
      X509Certificate authority = Pem.certificate(reply.getAuthorityPem().toByteArray());
      X509Certificate mine = Pem.certificate(reply.getCertificatePem().toByteArray());
      mine.verify(authority.getPublicKey());
      if (!mine.getPublicKey().equals(keys.getPublic())) {
        throw new IOException("the cluster signed for another key than this node's");
      }
    } catch (GeneralSecurityException untrue) {
      throw new IOException(
          "the cluster's answer is no certificate of its authority: " + untrue.getMessage(),
          untrue);
    }
    return NodeIdentity.write(directory, request.getNodeUid(), keys.getPrivate(), reply);
  }

  static boolean proves(PublicKey key, NodeJoinRequest request) throws GeneralSecurityException {
    return ClusterAuthority.verifies(
        key,
        request.getNodeUid().getBytes(StandardCharsets.US_ASCII),
        request.getProof().toByteArray());
  }
}
