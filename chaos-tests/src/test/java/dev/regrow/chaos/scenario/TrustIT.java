package dev.regrow.chaos.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.chaos.cluster.Await;
import dev.regrow.chaos.cluster.LocalNode;
import dev.regrow.chaos.lab.Lab;
import dev.regrow.chaos.lab.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Machines that reach each other by addresses off loopback, as people's do: all of it is TLS. */
@RealNodes
class TrustIT {

  private static final Duration WITHIN = Duration.ofSeconds(60);

  @Test
  void a_machine_joins_with_address_and_token_alone_and_sends_nothing_to_another_cluster()
      throws IOException {
    try (var lab = Lab.offLoopback(RealNodes.Here.home())) {
      var first = lab.machine("n1");
      first.jvm().launch();
      nodes(first, 1);
      String token = ask(first, "token", "create", "--role", "join").strip();
      assertThat(token).matches("[0-9a-z]+\\.[0-9A-Za-z_-]+@sha256:[0-9a-f]{64}");

      var misled = lab.machine("n2");
      var other = token.replaceFirst("sha256:.*", "sha256:" + "0".repeat(64));
      joining(misled, first, file(lab, "other", other)).launch();
      Await.until(
          "the node with another cluster's token to give up",
          WITHIN,
          () -> misled.jvm().isRunning(),
          running -> !running);
      assertThat(misled.jvm().outputTail()).contains("nothing was sent");

      var second = lab.machine("n3");
      joining(second, first, file(lab, "token", token)).launch();
      nodes(first, 2);

      ask(first, "run", "pair", "--replicas", "2", "--wait", "--", "/bin/sleep", "1000");
      assertThat(ask(first, "get", "instances")).contains("n1").contains("n3");
    }
  }

  private static LocalNode joining(Machine machine, Machine by, Path token) {
    return machine.jvm().with("--join", by.address(), "--join-token-file", token.toString());
  }

  private static void nodes(Machine asked, int count) {
    Await.until(
        count + " ready nodes",
        WITHIN,
        () -> said(asked, "get", "nodes", "-o", "json").text(),
        text -> text.split("\"phase\": ?\"Ready\"", -1).length - 1 == count);
  }

  private static LocalNode.Said said(Machine machine, String... command) {
    return machine
        .jvm()
        .say(Map.of("REGROW_CONTEXT", machine.jvm().contextFile().toString()), List.of(command));
  }

  private static String ask(Machine machine, String... command) {
    var said = said(machine, command);
    assertThat(said.exitCode()).as(said.text()).isZero();
    return said.text();
  }

  private static Path file(Lab lab, String name, String text) throws IOException {
    return Files.writeString(lab.folder().resolve(name), text + "\n");
  }
}
