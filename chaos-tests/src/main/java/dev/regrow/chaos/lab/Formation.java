package dev.regrow.chaos.lab;

import dev.regrow.chaos.cluster.Await;
import dev.regrow.client.ApiException;
import dev.regrow.client.Calls;
import dev.regrow.client.RegrowClient;
import dev.regrow.v1.Node;
import dev.regrow.v1.NodePhase;
import dev.regrow.v1.TokenRequest;
import dev.regrow.v1.TokenRole;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** Makes one cluster of the nodes of a lab's machines: the first forms it, the others join. */
public final class Formation {

  private static final Duration TOKEN_LASTS = Duration.ofHours(2);
  private static final Duration MEMBER_WITHIN = Duration.ofSeconds(60);

  private Formation() {}

  /**
   * Adds machines n1, n2, …, whose nodes join all at once, and waits until each is ready and known
   * to the first.
   *
   * @param count of them as many keep the store as `up` would let: 1 of 1 or 2, 3 of 3 or 4, 5
   *     beyond
   * @param options further ones of `regrow node`, for each
   */
  public static List<Machine> form(Lab lab, int count, String... options) {
    return form(lab, count, machine -> machine.jvm().with(options));
  }

  /**
   * The same.
   *
   * @param before done to each machine before its node starts
   */
  public static List<Machine> form(Lab lab, int count, Consumer<Machine> before) {
    return form(lab, count, servers(count), before);
  }

  /**
   * The same.
   *
   * @param servers how many of them, the first, keep the store
   */
  public static List<Machine> form(Lab lab, int count, int servers, Consumer<Machine> before) {
    Machine first = lab.machine("n1");
    before.accept(first);
    first.jvm().start();
    try (var client = LabClient.of(first)) {
      Path token = joinToken(lab, client);
      for (int i = 2; i <= count; i++) {
        Machine next = lab.machine("n" + i);
        before.accept(next);
        next.jvm()
            .with("--join", first.address(), "--join-token-file", token.toString())
            .with("--role", i <= servers ? "server" : "worker")
            .launch();
      }
      lab.machines().forEach(machine -> machine.jvm().awaitReady());
      awaitReady(client, count);
    }
    return lab.machines();
  }

  /** Two servers n1 and n2, and a witness n3; returns once all three vote. */
  public static List<Machine> formWithWitness(Lab lab) {
    Machine first = lab.machine("n1");
    first.jvm().start();
    try (var client = LabClient.of(first)) {
      Path token = joinToken(lab, client);
      String[] joining = {"--join", first.address(), "--join-token-file", token.toString()};
      lab.machine("n2").jvm().with(joining).with("--role", "server").start();
      lab.machine("n3").jvm().with(joining).with("--role", "witness").launch();
      Await.until(
          "three votes",
          MEMBER_WITHIN,
          () -> client.send(Calls.cluster()).getStore().getServersList(),
          servers ->
              servers.size() == 3
                  && servers.stream().allMatch(one -> one.getVoter() && one.getReachable()));
    }
    return lab.machines();
  }

  /** How many of so many nodes keep the store. */
  public static int servers(int nodes) {
    if (nodes < 3) {
      return 1;
    }
    return nodes < 5 ? 3 : 5;
  }

  /** Waits until so many nodes are ready in the eyes of whom this client asks. */
  public static List<Node> awaitReady(RegrowClient client, int count) {
    return Await.until(
        count + " ready nodes",
        MEMBER_WITHIN,
        () -> nodes(client),
        seen ->
            seen.stream().filter(node -> node.getPhase() == NodePhase.NODE_READY).count() == count);
  }

  /** Empty while nobody answers. */
  private static List<Node> nodes(RegrowClient client) {
    try {
      return client.send(Calls.nodes()).getItemsList();
    } catch (ApiException.Unavailable | ApiException.Unreachable | ApiException.TimedOut away) {
      return List.of();
    }
  }

  private static Path joinToken(Lab lab, RegrowClient client) {
    var wanted =
        TokenRequest.newBuilder()
            .setRole(TokenRole.TOKEN_JOIN)
            .setTtl(TOKEN_LASTS.toMillis())
            .build();
    Path file = lab.folder().resolve("join-token");
    try {
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(
          file,
          client.send(Calls.createToken(wanted)).getToken() + "\n",
          StandardCharsets.US_ASCII);
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException("write a join token to " + file, e);
    }
  }
}
