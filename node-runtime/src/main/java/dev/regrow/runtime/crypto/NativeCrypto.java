package dev.regrow.runtime.crypto;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.security.Security;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * SHA-256 and AES-GCM by a native library (Amazon's Corretto provider) in place of the JDK's. The
 * JDK's are fast by intrinsics of its second compiler only, which nodes do without: an image was
 * hashed at some 90 MB a second of processor time, and came over TLS at some 20. Nothing else of
 * the JDK's cryptography is replaced, and where the library is not to be had, nothing is.
 */
public final class NativeCrypto extends Provider {

  private static final long serialVersionUID = 1;
  private static final Logger LOG = LoggerFactory.getLogger(NativeCrypto.class);

  static final String NAME = "Regrow";
  private static final String LENDER = "AmazonCorrettoCryptoProvider";
  private static final Map<String, String> BORROWED =
      Map.of("MessageDigest", "SHA-256", "Cipher", "AES/GCM/NoPadding");

  /** FIPS 180-2, appendix B.1. */
  private static final String DIGEST_OF_ABC =
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

  private NativeCrypto(List<Service> lent) {
    super(NAME, "1", "SHA-256 and AES-GCM of " + LENDER);
    lent.forEach(service -> putService(new Borrowed(this, service)));
  }

  /**
   * Used by this JVM from now on, for whatever asks for an algorithm by name. It takes some 20 MB
   * of resident memory, so that it is for those who are about to hash or decrypt much. Further
   * calls do nothing.
   */
  public static void use() {
    Once.done();
  }

  private static final class Once {
    static {
      var found = find();
      found.ifPresentOrElse(
          provider -> Security.insertProviderAt(provider, 1),
          () -> LOG.info("images are hashed and decrypted by the JDK, which is slow"));
    }

    private Once() {}

    static void done() {
      // The class was initialised.
    }
  }

  private static Optional<NativeCrypto> find() {
    try {
      // The JDK has providers as well, which are not to be made for this.
      return ServiceLoader.load(Provider.class).stream()
          .filter(found -> found.type().getSimpleName().equals(LENDER))
          .findFirst()
          .flatMap(found -> of(found.get()));
    } catch (ServiceConfigurationError | LinkageError e) {
      LOG.debug("{} cannot be loaded", LENDER, e);
      return Optional.empty();
    }
  }

  /** Empty if that one lacks something, or does not work on this machine. */
  static Optional<NativeCrypto> of(Provider lender) {
    var lent = new ArrayList<Service>();
    for (var borrowed : BORROWED.entrySet()) {
      var service = lender.getService(borrowed.getKey(), borrowed.getValue());
      if (service == null) {
        return Optional.empty();
      }
      lent.add(service);
    }
    var provider = new NativeCrypto(lent);
    return provider.works() ? Optional.of(provider) : Optional.empty();
  }

  private boolean works() {
    try {
      var hash = MessageDigest.getInstance("SHA-256", this).digest(new byte[] {'a', 'b', 'c'});
      return Arrays.equals(hash, HexFormat.of().parseHex(DIGEST_OF_ABC));
    } catch (GeneralSecurityException | RuntimeException | LinkageError e) {
      LOG.debug("{} does not work here", LENDER, e);
      return false;
    }
  }

  /** Another provider's, under this one's name. */
  private static final class Borrowed extends Service {

    private final Service lent;

    Borrowed(Provider borrower, Service lent) {
      super(borrower, lent.getType(), lent.getAlgorithm(), lent.getClassName(), null, null);
      this.lent = lent;
    }

    @Override
    public Object newInstance(Object parameter) throws NoSuchAlgorithmException {
      return lent.newInstance(parameter);
    }

    @Override
    public boolean supportsParameter(Object parameter) {
      return lent.supportsParameter(parameter);
    }
  }
}
