package dev.regrow.core.identity;

import com.google.protobuf.ByteString;
import dev.regrow.v1.NodeJoinReply;
import dev.regrow.v1.NodeJoinRequest;
import dev.regrow.v1.StoreRenewReply;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * The cluster's certificate authority, on the nodes that have its key: the first server, and those
 * that joined as servers. Whether the asker may join at all (its token) is the caller's question.
 */
public final class ClusterAuthority {

  private final UUID clusterId;
  private final TlsFiles files;
  private final Path keyFile;

  private ClusterAuthority(UUID clusterId, TlsFiles files, Path keyFile) {
    this.clusterId = clusterId;
    this.files = files;
    this.keyFile = keyFile;
  }

  /** The authority, if this node has its key. */
  public static Optional<ClusterAuthority> of(NodeIdentity identity) {
    Path key = identity.directory().resolve(NodeIdentity.AUTHORITY_KEY_FILE);
    return Files.isReadable(key)
        ? Optional.of(new ClusterAuthority(identity.clusterId(), identity.tls(), key))
        : Optional.empty();
  }

  /**
   * Signs for a node; asking again renews.
   *
   * @param role what it is to be; a server gets the authority's key, too
   * @param storeContacts HOST:PORT of the store's servers
   * @throws IllegalArgumentException if the request is not what its maker would send
   * @throws IOException if the authority's files cannot be read
   */
  public NodeJoinReply admit(
      NodeJoinRequest request,
      NodeRole role,
      List<String> storeContacts,
      Instant now,
      Duration validFor)
      throws IOException {
    if (!request.getNodeUid().matches("[0-9a-f]{12}") || request.getHostsList().isEmpty()) {
      throw new IllegalArgumentException(
          "a join request names 12 hexadecimal digits as the node's uid, and its hosts");
    }
    byte[] authorityPem = Files.readAllBytes(files.authority());
    try {
      PublicKey key =
          KeyFactory.getInstance("EC")
              .generatePublic(new X509EncodedKeySpec(request.getPublicKey().toByteArray()));
      if (!NodeJoin.proves(key, request)) {
        throw new IllegalArgumentException(
            "the join request is not signed by the key that it brings");
      }
      byte[] certificate =
          sign(
              new Certificates.Subject(request.getNodeUid(), role, request.getHostsList()),
              key,
              Certificates.Validity.of(now, validFor));
      var reply =
          NodeJoinReply.newBuilder()
              .setClusterId(clusterId.toString())
              .setCertificatePem(ByteString.copyFrom(Pem.encode("CERTIFICATE", certificate)))
              .setAuthorityPem(ByteString.copyFrom(authorityPem))
              .addAllStoreContacts(storeContacts);
      if (role == NodeRole.SERVER) {
        reply.setAuthorityKeyPem(ByteString.copyFrom(Files.readAllBytes(keyFile)));
      }
      return reply.build();
    } catch (GeneralSecurityException unusable) {
      throw new IllegalArgumentException(
          "the join request's key cannot be used: " + unusable.getMessage(), unusable);
    }
  }

  /**
   * Signs again for a node that it signed for before: the same key, at the same hosts.
   *
   * @param before what the node proved itself with
   * @param role what it is from now on
   * @throws IOException if the authority's files cannot be read, or that is no node's certificate
   */
  public StoreRenewReply renew(
      X509Certificate before, NodeRole role, Instant now, Duration validFor) throws IOException {
    try {
      var node = CertifiedNode.of(before);
      return renewed(node.uid(), node.hosts(), before.getPublicKey(), role, now, validFor);
    } catch (GeneralSecurityException unusable) {
      throw new IOException(
          "the certificate cannot be renewed: " + unusable.getMessage(), unusable);
    }
  }

  /**
   * Signs for the node itself.
   *
   * @param host by which it is reached
   * @throws IOException if its files cannot be read
   */
  public StoreRenewReply renew(NodeIdentity self, NodeRole role, String host, Instant now)
      throws IOException {
    try {
      PublicKey key = Pem.certificate(Files.readAllBytes(self.tls().certificate())).getPublicKey();
      return renewed(self.nodeUid(), NodeIdentity.hosts(host), key, role, now, Renewal.lifetime());
    } catch (GeneralSecurityException unusable) {
      throw new IOException(
          "%s cannot be renewed: %s".formatted(self.tls().certificate(), unusable.getMessage()),
          unusable);
    }
  }

  private StoreRenewReply renewed(
      String uid, List<String> hosts, PublicKey key, NodeRole role, Instant now, Duration validFor)
      throws IOException, GeneralSecurityException {
    byte[] certificate =
        sign(
            new Certificates.Subject(uid, role, hosts),
            key,
            Certificates.Validity.of(now, validFor));
    var reply =
        StoreRenewReply.newBuilder()
            .setCertificatePem(ByteString.copyFrom(Pem.encode("CERTIFICATE", certificate)))
            .setTimeMillis(now.toEpochMilli());
    if (role == NodeRole.SERVER) {
      reply.setAuthorityKeyPem(ByteString.copyFrom(Files.readAllBytes(keyFile)));
    }
    return reply.build();
  }

  private byte[] sign(Certificates.Subject subject, PublicKey key, Certificates.Validity validity)
      throws IOException, GeneralSecurityException {
    X509Certificate authority = Pem.certificate(Files.readAllBytes(files.authority()));
    var keys = new KeyPair(authority.getPublicKey(), Pem.privateKey(keyFile));
    return new Certificates(new SecureRandom())
        .node(new Certificates.Issuer("cluster " + clusterId, keys), subject, key, validity);
  }

  static boolean verifies(PublicKey key, byte[] content, byte[] signature)
      throws GeneralSecurityException {
    var verifier = Signature.getInstance("SHA256withECDSA");
    verifier.initVerify(key);
    verifier.update(content);
    return verifier.verify(signature);
  }
}
