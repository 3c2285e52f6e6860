package dev.regrow.cli;

import dev.regrow.client.testing.FakeGateway;
import dev.regrow.v1.Kind;
import dev.regrow.v1.Workload;
import dev.regrow.v1.WorkloadPhase;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The command line in this process, against a gateway that answers as it is told. */
@Timeout(60)
abstract class CommandLineCase {

  static final String WEB = "/v1/namespaces/default/workloads/web";

  static final String ALL = "/v1/namespaces/default/workloads";

  @TempDir Path folder = Path.of("");
  final FakeGateway gateway = new FakeGateway();

  final StringWriter out = new StringWriter();

  final StringWriter err = new StringWriter();

  @AfterEach
  void close() {
    gateway.close();
  }

  int regrow(String... words) {
    var terminal =
        new Terminal(
            new PrintWriter(out, true), new PrintWriter(err, true), false, false, false, false);
    return Main.run(terminal, words);
  }

  int withCluster(String... words) throws Exception {
    var token = Files.writeString(folder.resolve("token"), "secret");
    var all = new ArrayList<String>(List.of(words));
    int end = all.indexOf("--");
    all.addAll(
        end < 0 ? all.size() : end,
        List.of("--address", gateway.address(), "--token-file", token.toString(), "-n", "default"));
    return regrow(all.toArray(String[]::new));
  }

  static Workload.Builder web(WorkloadPhase phase, int ready) {
    var web =
        Workload.newBuilder()
            .setKind(Kind.SERVICE)
            .setNamespace("default")
            .setName("web")
            .setRevision(2)
            .setIndex(17);
    web.getStatusBuilder()
        .setPhase(phase)
        .setReady(ready)
        .setDesired(3)
        .setRevision(2)
        .setObservedIndex(17);
    return web;
  }

  Path manifest() throws Exception {
    return Files.writeString(
        folder.resolve("web.yaml"),
        "kind: Service\nname: web\ninstance:\n  command: [/bin/true]\n  network: none\n");
  }
}
