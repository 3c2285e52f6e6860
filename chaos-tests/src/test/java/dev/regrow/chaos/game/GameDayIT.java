package dev.regrow.chaos.game;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.chaos.cluster.Await;
import dev.regrow.chaos.lab.Undo;
import dev.regrow.chaos.scenario.RealNodes;
import dev.regrow.cli.ExitCode;
import dev.regrow.cli.Terminal;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A scenario as users write it, against a cluster that it makes itself. */
@RealNodes
class GameDayIT {

  private static final Duration SOON = Duration.ofSeconds(60);
  private static final String BEGIN =
      """
      name: game-day
      cluster: {own: {nodes: 1}}
      apply: [web.yaml]
      steady: 1s
      """;
  private static final String WEB =
      """
      kind: Service
      name: web
      replicas: 1
      instance:
        command: [/usr/bin/python3, -u, -m, http.server, "8080"]
        network: host
        resources: {cpu: 50m, memory: 64Mi, pids: 64}
        health: {readiness: {http: {port: "8080"}, interval: 200ms, failures: 1}}
        stop: {signal: TERM, grace: 1s}
      """;

  private final Path folder;

  GameDayIT(@TempDir Path folder) {
    this.folder = folder;
  }

  @BeforeEach
  void write() throws IOException {
    Files.writeString(folder.resolve("web.yaml"), WEB);
  }

  private Path scenario(String rest) throws IOException {
    return Files.writeString(folder.resolve("game-day.yaml"), BEGIN + rest);
  }

  private int run(StringWriter out, String... arguments) {
    var terminal =
        new Terminal(
            new PrintWriter(out),
            new PrintWriter(System.out, true, StandardCharsets.UTF_8),
            false,
            false,
            false,
            false);
    int code = GameCommands.run(terminal, "run", List.of(arguments));
    terminal.flush();
    return code;
  }

  @Test
  void what_held_and_what_did_not_is_told_and_reported() throws Exception {
    var file =
        scenario(
            """
            hypotheses:
              - {name: web, http: "http://n1:8080/", every: 20ms, within: 2s}
              - {converges: 30s}
            faults:
              - {at: 500ms, kind: instance-kill, on: web}
            """);
    var out = new StringWriter();

    int code =
        run(out, file.toString(), "--seed", "1", "--report", folder.resolve("report").toString());

    assertThat(out.toString())
        .contains("broken  web answers 100 % of requests within 2s:")
        .contains("held    all is as declared within 30s after the last fault:")
        .contains("held    every fault and change is made: faults: 1, changes: 0")
        .contains("held    no fault is left: 0 left");
    assertThat(code).isEqualTo(ExitCode.ERROR);
    for (String form : List.of("html", "json", "xml")) {
      assertThat(folder.resolve("report/game-day." + form)).isNotEmptyFile();
    }
    assertThat(Files.readString(folder.resolve("report/game-day.json")))
        .contains("\"kind\":\"instance-kill\",\"on\":\"web\"", "\"name\":\"web-0\"");
  }

  @Test
  void who_interrupts_it_finds_all_undone_and_a_report_of_how_far_it_came() throws Exception {
    var file =
        scenario(
            """
            hypotheses: [{ready: web}]
            faults: [{at: 100ms, kind: jvm-stop, on: n1, for: 10m}]
            limits: {time: 20m}
            """);
    var said = folder.resolve("said");
    var process =
        new ProcessBuilder(
                RealNodes.Here.home().resolve("bin/regrow").toString(),
                "chaos",
                "run",
                file.toString(),
                "--report",
                folder.toString())
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .start();
    try {
      Await.until("the agent to hang", SOON, () -> text(said), text -> text.contains("jvm-stop: "));
      var lab = labOf(process.pid());

      process.destroy();

      assertThat(process.waitFor(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
      assertThat(lab).doesNotExist();
      assertThat(text(said)).contains("game-day: aborted: somebody ended it");
      assertThat(folder.resolve("game-day.json")).content().contains("\"outcome\":\"aborted\"");
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return "";
    }
  }

  private static Path labOf(long pid) throws IOException {
    try (var labs = Files.list(Undo.PARENT)) {
      return labs.filter(lab -> lab.getFileName().toString().startsWith("regrow-lab-"))
          .filter(lab -> text(lab.resolve("owners")).startsWith(pid + " "))
          .findFirst()
          .orElseThrow();
    }
  }
}
