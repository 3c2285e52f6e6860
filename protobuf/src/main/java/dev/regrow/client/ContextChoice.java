package dev.regrow.client;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What somebody said about the cluster on the command line; null where nothing. Then comes the
 * environment, then the context file.
 */
public record ContextChoice(
    @Nullable String address,
    @Nullable Path tokenFile,
    @Nullable String ca,
    @Nullable String namespace) {

  /** Nothing said. */
  public static ContextChoice none() {
    return new ContextChoice(null, null, null, null);
  }

  /** There is no cluster to talk to, as far as we know. */
  public static final class NoContextException extends IOException {
    private static final long serialVersionUID = 1;

    NoContextException(Path path) {
      super(
          "no cluster is known: there is no context file at "
              + path
              + ", and neither --address nor REGROW_ADDRESS is given");
    }
  }

  /**
   * The context to use.
   *
   * @throws NoContextException when nobody named a cluster
   * @throws IOException when a named file cannot be read
   */
  public Context resolve(Map<String, String> environment, ContextFile file) throws IOException {
    var stored = file.read().orElse(null);
    var chosenAddress = first(address, environment.get("REGROW_ADDRESS"));
    if (chosenAddress == null && stored == null) {
      throw new NoContextException(file.path());
    }
    // The file's token goes to the file's cluster only, never to an address from elsewhere.
    var trusted = stored != null && isOf(stored, chosenAddress) ? stored : null;
    var chosenNamespace = first(namespace, environment.get("REGROW_NAMESPACE"));
    if (chosenNamespace == null) {
      chosenNamespace = stored == null ? Context.DEFAULT_NAMESPACE : stored.namespace();
    }
    var chosenCa = first(ca, environment.get("REGROW_CA"));
    return new Context(
        chosenAddress == null && stored != null ? stored.address() : or(chosenAddress, ""),
        token(environment, trusted),
        chosenCa == null ? (trusted == null ? "" : trusted.ca()) : ContextFile.pem(chosenCa),
        chosenNamespace,
        trusted == null ? List.of() : trusted.nodes());
  }

  private String token(Map<String, String> environment, @Nullable Context trusted)
      throws IOException {
    if (tokenFile != null) {
      try {
        return Files.readString(tokenFile).strip();
      } catch (IOException e) {
        throw new IOException(
            "cannot read the token file " + tokenFile + ": " + FileTrouble.words(e), e);
      }
    }
    var fromEnvironment = first(environment.get("REGROW_TOKEN"), null);
    return or(fromEnvironment, trusted == null ? "" : trusted.token());
  }

  private static boolean isOf(Context stored, @Nullable String address) {
    if (address == null) {
      return true;
    }
    var wanted = dev.regrow.client.http.Endpoint.parse(address);
    return stored.endpoints().contains(wanted);
  }

  private static @Nullable String first(@Nullable String one, @Nullable String other) {
    return one != null && !one.isEmpty() ? one : other == null || other.isEmpty() ? null : other;
  }

  private static String or(@Nullable String one, String other) {
    return one == null ? other : one;
  }
}
