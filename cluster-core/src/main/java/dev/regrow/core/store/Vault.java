package dev.regrow.core.store;

import dev.regrow.v1.Sealed;
import dev.regrow.v1.SecretKey;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * What seals secrets before they enter the log, and opens them for who may see them. Only servers
 * have one. Failures are {@link StoreException}s that tell nothing of what was to be sealed.
 */
public interface Vault {

  /**
   * Seals with the present key.
   *
   * @param boundTo only with the same can it be opened
   */
  Sealed seal(String boundTo, byte[] content);

  byte[] open(String boundTo, Sealed sealed);

  /** A hash by the present key, hex. */
  String hash(byte[] content);

  /** The id of the present key; empty: there is none yet. */
  String current();

  /** All keys that this server has. */
  List<SecretKey> keys();

  /** Keeps these, too. */
  void keep(List<SecretKey> keys);

  /**
   * Asks another server for its keys.
   *
   * @param address HOST:PORT of its store
   * @param give which it is to have from then on
   */
  CompletionStage<List<SecretKey>> exchange(String address, List<SecretKey> give);

  /** That of a store. */
  static Vault of(Store store) {
    return store instanceof Vault vault ? vault : new Absent();
  }

  /** Of a store that has none. */
  final class Absent implements Vault {
    private Absent() {}

    private static StoreException none() {
      return new StoreException(StoreException.Kind.DENIED, "this node has no keys of secrets");
    }

    @Override
    public Sealed seal(String boundTo, byte[] content) {
      throw none();
    }

    @Override
    public byte[] open(String boundTo, Sealed sealed) {
      throw none();
    }

    @Override
    public String hash(byte[] content) {
      throw none();
    }

    @Override
    public String current() {
      return "";
    }

    @Override
    public List<SecretKey> keys() {
      return List.of();
    }

    @Override
    public void keep(List<SecretKey> keys) {
      throw none();
    }

    @Override
    public CompletionStage<List<SecretKey>> exchange(String address, List<SecretKey> give) {
      return CompletableFuture.failedFuture(none());
    }
  }
}
