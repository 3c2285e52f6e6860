package dev.regrow.chaos.lab;

import dev.regrow.client.Context;
import dev.regrow.client.ContextFile;
import dev.regrow.client.RegrowClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** Clients of a lab's cluster. */
public final class LabClient {

  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private LabClient() {}

  /** The admin's, asking this node alone; it formed the cluster. */
  public static RegrowClient of(Machine founder) {
    return of(founder, founder, TIMEOUT);
  }

  /**
   * The admin's, asking one node alone.
   *
   * @param founder the machine whose node formed the cluster: there the token is
   */
  public static RegrowClient of(Machine founder, Machine asked, Duration timeout) {
    return RegrowClient.of(context(founder, Stream.of(asked)), timeout);
  }

  /** The admin's, asking any node that answers. */
  public static RegrowClient ofAny(Machine founder, List<Machine> asked, Duration timeout) {
    return RegrowClient.of(context(founder, asked.stream()), timeout);
  }

  /** The admin's, as a client shows it. */
  static String token(Machine founder) {
    return context(founder, Stream.of(founder)).token();
  }

  private static Context context(Machine founder, Stream<Machine> asked) {
    try {
      var known =
          ContextFile.at(founder.jvm().contextFile())
              .read()
              .orElseThrow(
                  () -> new IllegalStateException(founder + " has not formed a cluster yet"));
      var nodes =
          asked
              .map(
                  machine ->
                      new Context.LocalNode(
                          machine.name(), machine.jvm().uri().toString(), 0, 0, ""))
              .toList();
      return new Context(
          nodes.get(0).address(), known.token(), known.ca(), known.namespace(), nodes);
    } catch (IOException e) {
      throw new UncheckedIOException("read what " + founder + " wrote for its clients", e);
    }
  }
}
