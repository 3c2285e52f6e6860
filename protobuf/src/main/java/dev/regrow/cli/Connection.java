package dev.regrow.cli;

import dev.regrow.cli.usage.Usage;
import dev.regrow.client.Context;
import dev.regrow.client.ContextChoice;
import dev.regrow.client.ContextChoice.NoContextException;
import dev.regrow.client.ContextFile;
import dev.regrow.client.RegrowClient;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The options that say which cluster and namespace, of every command that talks to one. */
public final class Connection {

  private @Nullable String namespace;

  private final List<String> namespaces = new ArrayList<>();

  private @Nullable String address;

  private @Nullable Path tokenFile;

  private @Nullable String ca;

  /** Adds them to a command's own. */
  public void declare(Usage usage) {
    usage
        .option(
            "-n, --namespace",
            "NS",
            "The namespace to work in.",
            text -> {
              namespace = text;
              namespaces.add(text);
            })
        .option(
            "--address",
            "URL",
            "A gateway's address. Else REGROW_ADDRESS, else the context file.",
            text -> address = text)
        .option(
            "--token-file",
            "FILE",
            "Holds the token. Else REGROW_TOKEN, else the context file.",
            text -> tokenFile = Path.of(text))
        .option(
            "--ca",
            "FILE",
            "The CA to trust, PEM, or sha256:HEX of one. Else REGROW_CA, else the context file.",
            text -> ca = text);
  }

  /** What the options, the environment and the context file say together. */
  public Context context() {
    try {
      return new ContextChoice(address, tokenFile, ca, namespace)
          .resolve(System.getenv(), ContextFile.ofUser());
    } catch (NoContextException e) {
      throw Failure.error(e.getMessage() + "\nstart a local cluster: sudo regrow up");
    } catch (IOException e) {
      throw Failure.error(String.valueOf(e.getMessage()));
    } catch (IllegalArgumentException e) {
      throw Failure.usage(String.valueOf(e.getMessage()));
    }
  }

  /** Whether the command line itself named the namespace. */
  public boolean namespaceGiven() {
    return namespace != null;
  }

  /** Each namespace that the command line named, for what counts in several. */
  public List<String> namespaces() {
    return List.copyOf(namespaces);
  }

  public RegrowClient client() {
    return RegrowClient.of(context());
  }
}
