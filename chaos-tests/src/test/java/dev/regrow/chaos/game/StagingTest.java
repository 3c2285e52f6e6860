package dev.regrow.chaos.game;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.cli.Connection;
import dev.regrow.cli.usage.Usage;
import dev.regrow.cli.usage.Words;
import dev.regrow.v1.FaultKind;
import dev.regrow.v1.Node;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StagingTest {

  private static final String CUT =
      """
      name: a
      cluster: attached
      hypotheses: [{ready: web}]
      faults: [{at: 1s, kind: partition, on: n2, for: 5s}]
      """;

  @Test
  void a_rehearsal_goes_on_without_what_a_silent_node_allows(@TempDir Path folder)
      throws Exception {
    try (var n1 = new FakeNode("n1");
        var n2 = new FakeNode("n2")) {
      n1.allowing(FaultKind.PARTITION)
          .knowing(Node.newBuilder().setName("n1").addRoles("server").setAddress(n1.address()))
          .knowing(Node.newBuilder().setName("n2").addRoles("worker").setAddress(n2.address()));
      n2.refuse("GET", 503);
      var source = Source.of(Files.writeString(folder.resolve("a.yaml"), CUT).toString());
      var scenario = ScenarioFile.read(source.text()).scenario().orElseThrow();
      var token = Files.writeString(folder.resolve("token"), "secret").toString();
      var connection = new Connection();
      var usage = Usage.of("run", "Play it.").with(connection::declare);
      assertThat(Words.read(usage, List.of("--address", n1.address(), "--token-file", token)))
          .isTrue();

      var told = new Staging(scenario, source, 1, connection, line -> {}).rehearse();

      assertThat(told)
          .anyMatch(line -> line.contains("refused: node n2 does not say what it allows"))
          .contains("nothing was changed; seed 1");
    }
  }
}
