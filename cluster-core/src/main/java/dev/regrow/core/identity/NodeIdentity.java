package dev.regrow.core.identity;

import dev.regrow.core.disk.DurableFile;
import dev.regrow.v1.NodeJoinReply;
import dev.regrow.v1.StoreRenewReply;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * Who this node is, as its directory remembers it. Made once, at bootstrap; read from then on.
 *
 * @param nodeUid 12 hexadecimal digits, random
 * @param clusterId names the cluster, random; also its Raft group
 * @param tls what proves it to the other nodes
 */
public record NodeIdentity(String nodeUid, UUID clusterId, TlsFiles tls) {

  /** Of the authority's own certificate, which nothing renews. */
  private static final Duration VALID = Duration.ofDays(3650);

  /** One for each file, as it orders who writes there. */
  private static final Map<Path, SecretKeys> SECRET_KEYS = new ConcurrentHashMap<>();

  static final String AUTHORITY_KEY_FILE = "ca-key.pem";

  private static final String UID_FILE = "node-uid";
  private static final String CLUSTER_FILE = "cluster-id";
  private static final String FOUNDING_FILE = "founding";
  private static final String CONTACTS_FILE = "contacts";

  /**
   * Reads the identity in a directory, or makes one for a new cluster if there is none.
   *
   * @param directory gets mode 0700, its files 0600
   * @param host the address or name by which others reach this node
   * @throws IOException if it cannot be read or written, or is there in part only
   */
  public static NodeIdentity openOrBootstrap(Path directory, String host, Clock clock)
      throws IOException {
    DurableFile.makeDirectory(directory);
    if (!Files.exists(directory.resolve(UID_FILE))) {
      bootstrap(directory, host, clock.instant());
    }
    return read(directory);
  }

  /** Reads the identity in a directory, if there is one. */
  public static Optional<NodeIdentity> open(Path directory) throws IOException {
    return Files.exists(directory.resolve(UID_FILE))
        ? Optional.of(read(directory))
        : Optional.empty();
  }

  /**
   * Whether this node's cluster has no store yet: true from the bootstrap until {@link #founded}.
   * Only such a node may make one; an empty directory alone proves nothing.
   */
  public boolean isFounding() {
    return Files.exists(directory().resolve(FOUNDING_FILE));
  }

  /** Notes for good that the cluster has its store. */
  public void founded() throws IOException {
    Files.deleteIfExists(directory().resolve(FOUNDING_FILE));
    DurableFile.syncDirectory(directory());
  }

  /** HOST:PORT of servers of the store, as they were last known; beside the store's own data. */
  public List<String> contacts() throws IOException {
    Path file = directory().resolve(CONTACTS_FILE);
    return Files.exists(file)
        ? Files.readAllLines(file, StandardCharsets.US_ASCII).stream()
            .filter(line -> !line.isBlank())
            .toList()
        : List.of();
  }

  /** Remembers whom to ask after a start, when even the store's directory may be lost. */
  public void rememberContacts(List<String> contacts) throws IOException {
    String lines = contacts.stream().map(contact -> contact + "\n").collect(Collectors.joining());
    DurableFile.write(
        directory().resolve(CONTACTS_FILE), lines.getBytes(StandardCharsets.US_ASCII));
  }

  /** The keys that this node opens secrets with; only servers have any. */
  public SecretKeys secretKeys() {
    return SECRET_KEYS.computeIfAbsent(directory(), SecretKeys::new);
  }

  /** A node that is no server any more signs for nobody. */
  public void forgetAuthority() throws IOException {
    Files.deleteIfExists(directory().resolve(AUTHORITY_KEY_FILE));
    DurableFile.syncDirectory(directory());
  }

  /**
   * Takes up another certificate for the key that the node has.
   *
   * @throws IOException if it is none of this cluster's authority for this very node, or cannot be
   *     written; then the one that there was remains
   */
  public void renewed(StoreRenewReply reply) throws IOException {
    byte[] pem = reply.getCertificatePem().toByteArray();
    try {
      X509Certificate next = Pem.certificate(pem);
      X509Certificate before = Pem.certificate(Files.readAllBytes(tls.certificate()));
      next.verify(Pem.certificate(Files.readAllBytes(tls.authority())).getPublicKey());
      boolean same =
          CertifiedNode.of(next).uid().equals(nodeUid)
              && next.getPublicKey().equals(before.getPublicKey());
      if (!same) {
        throw new IOException("the renewed certificate is another node's");
      }
    } catch (GeneralSecurityException untrue) {
      throw new IOException(
          "the renewed certificate is none of the cluster's: " + untrue.getMessage(), untrue);
    }
    if (!reply.getAuthorityKeyPem().isEmpty()) {
      DurableFile.write(
          directory().resolve(AUTHORITY_KEY_FILE), reply.getAuthorityKeyPem().toByteArray());
    }
    DurableFile.write(tls.certificate(), pem);
  }

  Path directory() {
    return DurableFile.parentOf(tls.key());
  }

  private static NodeIdentity read(Path directory) throws IOException {
    TlsFiles tls = files(directory);
    for (Path needed :
        List.of(tls.key(), tls.certificate(), tls.authority(), directory.resolve(CLUSTER_FILE))) {
      if (!Files.isReadable(needed)) {
        throw new IOException(
            "the node's identity is incomplete: %s is missing; restore %s from a backup"
                .formatted(needed, directory));
      }
    }
    return new NodeIdentity(
        text(directory.resolve(UID_FILE)),
        UUID.fromString(text(directory.resolve(CLUSTER_FILE))),
        tls);
  }

  private static TlsFiles files(Path directory) {
    return new TlsFiles(
        directory.resolve("node-key.pem"),
        directory.resolve("node.pem"),
        directory.resolve("ca.pem"));
  }

  /** The uid is written last: as long as it is missing, nothing was made that anyone relies on. */
  private static void bootstrap(Path directory, String host, Instant now) throws IOException {
    var random = new SecureRandom();
    String nodeUid = newUid(random);
    UUID clusterId = UUID.randomUUID();
    TlsFiles tls = files(directory);
    try {
      var certificates = new Certificates(random);
      var validity = Certificates.Validity.of(now, VALID);
      var issuer = new Certificates.Issuer("cluster " + clusterId, certificates.newKeys());
      KeyPair node = certificates.newKeys();
      DurableFile.write(
          directory.resolve(AUTHORITY_KEY_FILE),
          Pem.encode("PRIVATE KEY", issuer.keys().getPrivate().getEncoded()));
      DurableFile.write(
          tls.authority(), Pem.encode("CERTIFICATE", certificates.authority(issuer, validity)));
      DurableFile.write(tls.key(), Pem.encode("PRIVATE KEY", node.getPrivate().getEncoded()));
      DurableFile.write(
          tls.certificate(),
          Pem.encode(
              "CERTIFICATE",
              certificates.node(
                  issuer,
                  new Certificates.Subject(nodeUid, NodeRole.SERVER, hosts(host)),
                  node.getPublic(),
                  Certificates.Validity.of(now, Renewal.lifetime()))));
    } catch (GeneralSecurityException unsupported) {
      throw unsupported(unsupported);
    }
    DurableFile.write(directory.resolve(FOUNDING_FILE), line("the store was not made yet"));
    DurableFile.write(directory.resolve(CLUSTER_FILE), line(clusterId.toString()));
    DurableFile.write(directory.resolve(UID_FILE), line(nodeUid));
  }

  static IOException unsupported(GeneralSecurityException cause) {
    return new IOException(
        "this JDK cannot make EC keys on P-256; use a complete JDK 17 or newer", cause);
  }

  static String newUid(SecureRandom random) {
    return "%012x".formatted(random.nextLong() & 0xffff_ffff_ffffL);
  }

  /** What a node that joined writes; the uid last, as at the bootstrap. */
  static NodeIdentity write(Path directory, String uid, PrivateKey key, NodeJoinReply reply)
      throws IOException {
    TlsFiles tls = files(directory);
    if (!reply.getAuthorityKeyPem().isEmpty()) {
      DurableFile.write(
          directory.resolve(AUTHORITY_KEY_FILE), reply.getAuthorityKeyPem().toByteArray());
    }
    DurableFile.write(tls.authority(), reply.getAuthorityPem().toByteArray());
    DurableFile.write(tls.key(), Pem.encode("PRIVATE KEY", key.getEncoded()));
    DurableFile.write(tls.certificate(), reply.getCertificatePem().toByteArray());
    DurableFile.write(directory.resolve(CLUSTER_FILE), line(reply.getClusterId()));
    var identity = new NodeIdentity(uid, UUID.fromString(reply.getClusterId()), tls);
    identity.rememberContacts(reply.getStoreContactsList());
    DurableFile.write(directory.resolve(UID_FILE), line(uid));
    return identity;
  }

  static List<String> hosts(String host) {
    String loopback = InetAddress.getLoopbackAddress().getHostAddress();
    return host.equals(loopback) || host.equals("localhost")
        ? List.of(loopback, "localhost")
        : List.of(host, loopback, "localhost");
  }

  private static byte[] line(String text) {
    return (text + "\n").getBytes(StandardCharsets.US_ASCII);
  }

  private static String text(Path file) throws IOException {
    return Files.readString(file, StandardCharsets.US_ASCII).strip();
  }
}
