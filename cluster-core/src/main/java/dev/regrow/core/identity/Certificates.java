package dev.regrow.core.identity;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * X.509 version 3 certificates (RFC 5280) with EC keys on P-256, signed by ECDSA with SHA-256.
 *
 * <p>The JDK reads certificates but has no public way of making one; these few lines spare the
 * program eight megabytes of library.
 */
final class Certificates {

  private static final byte[] ECDSA_WITH_SHA256 = Der.sequence(Der.oid("1.2.840.10045.4.3.2"));
  private static final String COMMON_NAME = "2.5.4.3";
  private static final String ORGANIZATION = "2.5.4.10";
  private static final String UNIT = "2.5.4.11";
  private static final String SUBJECT_KEY_ID = "2.5.29.14";
  private static final String KEY_USAGE = "2.5.29.15";
  private static final String SUBJECT_ALT_NAME = "2.5.29.17";
  private static final String BASIC_CONSTRAINTS = "2.5.29.19";
  private static final String AUTHORITY_KEY_ID = "2.5.29.35";
  private static final String EXTENDED_KEY_USAGE = "2.5.29.37";
  private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
  private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
  private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

  /** Clocks differ; a certificate is good a little before it was made. */
  static final Duration EARLIER = Duration.ofDays(1);

  private final SecureRandom random;

  Certificates(SecureRandom random) {
    this.random = random;
  }

  /** Who signs, under which name. */
  record Issuer(String name, KeyPair keys) {}

  /** From when to when a certificate is good. */
  record Validity(Instant from, Instant to) {
    /** From now on, and {@link #EARLIER}. */
    static Validity of(Instant now, Duration validFor) {
      return new Validity(now.minus(EARLIER), now.plus(validFor));
    }
  }

  /** Whose certificate it is: its uid, its role, and where it is reached. */
  record Subject(String uid, NodeRole role, List<String> hosts) {}

  KeyPair newKeys() throws GeneralSecurityException {
    var generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"), random);
    return generator.generateKeyPair();
  }

  /** A certificate authority's own certificate. */
  byte[] authority(Issuer self, Validity validity) throws GeneralSecurityException {
    byte[] keyId = keyId(self.keys().getPublic());
    byte[] extensions =
        Der.sequence(
            extension(BASIC_CONSTRAINTS, true, Der.sequence(Der.trueValue())),
            extension(KEY_USAGE, true, Der.bits(1, new byte[] {0x06})), // keyCertSign, cRLSign
            extension(SUBJECT_KEY_ID, false, Der.octets(keyId)));
    return signed(self, name(self.name()), self.keys().getPublic(), validity, extensions);
  }

  /** A node's certificate, good for both ends of a connection. */
  byte[] node(Issuer issuer, Subject subject, PublicKey key, Validity validity)
      throws GeneralSecurityException {
    byte[] extensions =
        Der.sequence(
            extension(BASIC_CONSTRAINTS, true, Der.sequence()),
            extension(KEY_USAGE, true, Der.bits(7, new byte[] {(byte) 0x80})), // digitalSignature
            extension(
                EXTENDED_KEY_USAGE,
                false,
                Der.sequence(Der.oid(SERVER_AUTH), Der.oid(CLIENT_AUTH))),
            extension(SUBJECT_KEY_ID, false, Der.octets(keyId(key))),
            extension(
                AUTHORITY_KEY_ID,
                false,
                Der.sequence(Der.tagged(0x80, keyId(issuer.keys().getPublic())))),
            extension(SUBJECT_ALT_NAME, false, alternativeNames(subject.hosts())));
    return signed(issuer, name(subject), key, validity, extensions);
  }

  private byte[] signed(
      Issuer issuer, byte[] subject, PublicKey key, Validity validity, byte[] extensions)
      throws GeneralSecurityException {
    byte[] serial = new BigInteger(126, random).add(BigInteger.ONE).toByteArray();
    byte[] toBeSigned =
        Der.sequence(
            Der.tagged(0xa0, Der.integer(new byte[] {2})), // version 3
            Der.integer(serial),
            ECDSA_WITH_SHA256,
            name(issuer.name()),
            Der.sequence(Der.time(validity.from()), Der.time(validity.to())),
            subject,
            key.getEncoded(),
            Der.tagged(0xa3, extensions));
    return Der.sequence(
        toBeSigned, ECDSA_WITH_SHA256, Der.bits(0, sign(issuer.keys().getPrivate(), toBeSigned)));
  }

  private byte[] sign(PrivateKey key, byte[] content) throws GeneralSecurityException {
    var signature = Signature.getInstance("SHA256withECDSA");
    signature.initSign(key, random);
    signature.update(content);
    return signature.sign();
  }

  private static byte[] name(String commonName) {
    return Der.sequence(
        Der.set(Der.sequence(Der.oid(ORGANIZATION), Der.utf8("Regrow"))),
        Der.set(Der.sequence(Der.oid(COMMON_NAME), Der.utf8(commonName))));
  }

  /** The role is a part of the name: signed, shown by every tool, and in no way of the peer's. */
  private static byte[] name(Subject node) {
    return Der.sequence(
        Der.set(Der.sequence(Der.oid(ORGANIZATION), Der.utf8("Regrow"))),
        Der.set(Der.sequence(Der.oid(UNIT), Der.utf8(node.role().text()))),
        Der.set(Der.sequence(Der.oid(COMMON_NAME), Der.utf8("node " + node.uid()))));
  }

  private static byte[] extension(String oid, boolean critical, byte[] value) {
    return critical
        ? Der.sequence(Der.oid(oid), Der.trueValue(), Der.octets(value))
        : Der.sequence(Der.oid(oid), Der.octets(value));
  }

  private static byte[] alternativeNames(List<String> hosts) {
    var names = new ArrayList<byte[]>();
    for (String host : hosts) {
      names.add(
          ADDRESS.matcher(host).matches()
              ? Der.tagged(0x87, address(host))
              : Der.tagged(0x82, host.getBytes(java.nio.charset.StandardCharsets.US_ASCII)));
    }
    return Der.sequence(names.toArray(byte[][]::new));
  }

  private static byte[] address(String literal) {
    try {
      return InetAddress.getByName(literal).getAddress(); // A literal: nothing is looked up.
    } catch (UnknownHostException notLiteral) {
      throw new IllegalArgumentException("not an IP address: " + literal, notLiteral);
    }
  }

  private static byte[] keyId(PublicKey key) throws GeneralSecurityException {
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(key.getEncoded());
    return java.util.Arrays.copyOf(digest, 20); // RFC 7093, 2.1
  }
}
