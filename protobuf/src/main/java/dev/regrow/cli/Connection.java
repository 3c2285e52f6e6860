package dev.regrow.cli;

import dev.regrow.client.Context;
import dev.regrow.client.ContextChoice;
import dev.regrow.client.ContextChoice.NoContextException;
import dev.regrow.client.ContextFile;
import dev.regrow.client.RegrowClient;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say which cluster and namespace, of every command that talks to one. */
public final class Connection {

  @Option(
      names = {"-n", "--namespace"},
      paramLabel = "NS",
      description = "The namespace to work in.")
  @Nullable String namespace;

  @Option(
      names = "--address",
      paramLabel = "URL",
      description = "A gateway's address. Else REGROW_ADDRESS, else the context file.")
  @Nullable String address;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description = "Holds the token. Else REGROW_TOKEN, else the context file.")
  @Nullable Path tokenFile;

  @Option(
      names = "--ca",
      paramLabel = "FILE",
      description = "The certificate to trust. Else REGROW_CA, else the context file.")
  @Nullable String ca;

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

  public RegrowClient client() {
    return RegrowClient.of(context());
  }
}
