package dev.regrow.runtime.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.Provider;
import java.security.Security;
import java.util.Arrays;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Hashes and seals as the JDK does, whoever does it. */
class NativeCryptoTest {

  private static final String JDK = "SunJCE";
  private static final int TAG_BITS = 128;

  @BeforeAll
  @BeforeContainer
  static void useIt() {
    NativeCrypto.use();
    NativeCrypto.use();
  }

  @Test
  void it_hashes_and_decrypts_for_everybody_and_does_nothing_else() throws Exception {
    assertThat(MessageDigest.getInstance("SHA-256").getProvider()).isInstanceOf(NativeCrypto.class);
    assertThat(Cipher.getInstance("AES/GCM/NoPadding").getProvider())
        .isInstanceOf(NativeCrypto.class);
    assertThat(Mac.getInstance("HmacSHA256").getProvider().getName()).isEqualTo(JDK);
    assertThat(Cipher.getInstance("AES/CBC/NoPadding").getProvider().getName()).isEqualTo(JDK);
    assertThat(Security.getProviders()).filteredOn(NativeCrypto.class::isInstance).hasSize(1);
  }

  @Property
  void a_hash_is_the_JDKs(@ForAll byte[] bytes, @ForAll @IntRange(max = 300) int cut)
      throws GeneralSecurityException {
    int first = Math.min(cut, bytes.length);
    var ours = MessageDigest.getInstance("SHA-256");
    ours.update(bytes, 0, first);
    ours.update(bytes, first, bytes.length - first);

    assertThat(ours.digest()).isEqualTo(MessageDigest.getInstance("SHA-256", "SUN").digest(bytes));
    assertThat(ours.digest(bytes)).as("it is empty again").isEqualTo(ours.digest(bytes));
  }

  @Property
  void what_one_of_the_two_sealed_the_other_one_opens(
      @ForAll byte[] bytes, @ForAll @Size(32) byte[] key, @ForAll @Size(12) byte[] nonce)
      throws GeneralSecurityException {
    var sealed = seal(NativeCrypto.NAME, bytes, key, nonce);

    assertThat(sealed).isEqualTo(seal(JDK, bytes, key, nonce));
    assertThat(cipher(NativeCrypto.NAME, Cipher.DECRYPT_MODE, key, nonce).doFinal(sealed))
        .isEqualTo(bytes);
    sealed[sealed.length - 1] ^= 1;
    assertThatThrownBy(
            () -> cipher(NativeCrypto.NAME, Cipher.DECRYPT_MODE, key, nonce).doFinal(sealed))
        .isInstanceOf(AEADBadTagException.class);
  }

  @Test
  void a_provider_that_lacks_one_of_them_is_not_used() {
    assertThat(NativeCrypto.of(Security.getProvider("SUN"))).isEmpty();
  }

  @Test
  void a_provider_that_hashes_wrongly_is_not_used() {
    var wrong = new Wrong();

    assertThat(NativeCrypto.of(wrong)).isEmpty();
  }

  private static byte[] seal(String provider, byte[] bytes, byte[] key, byte[] nonce)
      throws GeneralSecurityException {
    return cipher(provider, Cipher.ENCRYPT_MODE, key, nonce).doFinal(bytes);
  }

  private static Cipher cipher(String provider, int mode, byte[] key, byte[] nonce)
      throws GeneralSecurityException {
    var cipher = Cipher.getInstance("AES/GCM/NoPadding", provider);
    cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG_BITS, nonce));
    cipher.updateAAD(Arrays.copyOf(key, 5));
    return cipher;
  }

  /** Has both, and is broken. */
  private static final class Wrong extends Provider {
    private static final long serialVersionUID = 1;

    Wrong() {
      super("Wrong", "1", "for a test");
      putService(
          new Service(this, "MessageDigest", "SHA-256", Constant.class.getName(), null, null) {
            @Override
            public Object newInstance(Object parameter) {
              return new Constant();
            }
          });
      putService(new Service(this, "Cipher", "AES/GCM/NoPadding", "none", null, null));
    }
  }

  /** Always the same hash. */
  private static final class Constant extends java.security.MessageDigestSpi {
    @Override
    protected void engineUpdate(byte input) {
      // Whatever it is.
    }

    @Override
    protected void engineUpdate(byte[] input, int offset, int length) {
      // Whatever it is.
    }

    @Override
    protected byte[] engineDigest() {
      return new byte[32];
    }

    @Override
    protected void engineReset() {
      // Nothing is kept.
    }
  }
}
