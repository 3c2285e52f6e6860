package dev.regrow.chaos.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.client.Calls;
import dev.regrow.client.Context;
import dev.regrow.client.ContextFile;
import dev.regrow.client.Reply;
import dev.regrow.client.Scope;
import dev.regrow.schema.Parsed;
import dev.regrow.schema.Schema;
import dev.regrow.schema.Syntax;
import dev.regrow.schema.Verdict;
import dev.regrow.schema.testing.BadBodies;
import dev.regrow.schema.testing.BadBody;
import dev.regrow.v1.Workload;
import dev.regrow.v1.WorkloadList;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Hundreds of bodies and manifests that are wrong, sent to a real node: none may change it. */
@RealNodes
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostileBodiesIT {

  private static final String WEB = "/v1/namespaces/default/workloads/web";
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final int ERROR = 1;

  /** file:line:column: field: message, or without a place when it is larger than is read. */
  private static final Pattern PLACE = Pattern.compile(":\\d+:\\d+");

  private final long seed = Effort.seed("hostile bodies");
  private final List<BadBody> bodies = BadBodies.all(seed);
  private final Arena arena = Arena.open(RealNodes.Here.home());
  private final ServedNode node = arena.node("hostile");
  private final HttpClient http = HttpClient.newHttpClient();

  @BeforeAll
  void start() {
    node.start();
    node.apply(Programs.sleeper("web", 1));
    node.awaitReady("web", 1);
    node.awaitRolledOut("web");
  }

  @AfterAll
  void leave() {
    arena.close();
  }

  @Test
  void every_hostile_body_is_refused_with_its_field_and_place_and_changes_nothing()
      throws Exception {
    assertThat(bodies).hasSizeGreaterThanOrEqualTo(200);
    var before = everything();
    var softly = new SoftAssertions();

    for (var bad : bodies) {
      var answer = send("PUT", WEB, bad.mediaType(), BodyPublishers.ofByteArray(bad.body()));
      softly
          .assertThat(answer.statusCode())
          .as("%s: %s", bad, answer.body())
          .isEqualTo(bad.verdict().httpStatus());
      if (bad.verdict() != Verdict.TOO_LARGE) {
        softly
            .assertThat(answer.body())
            .as("%s", bad)
            .containsPattern("\"field\":\\s*\"")
            .containsPattern("\"line\":\\s*[1-9]")
            .containsPattern("\"column\":\\s*[1-9]");
      }
    }

    softly.assertAll();
    assertUnchanged(before);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "POST | /scale | {\"replicas\": -1} | 422",
        "POST | /scale | {\"replicas\": 10001} | 422",
        "POST | /scale | {\"replicas\": 4294967297} | 422",
        "POST | /scale | {\"replicas\": \"3\"} | 422",
        "POST | /scale | {\"replicas\": 1.5} | 422",
        "POST | /scale | {\"replica\": 3} | 422",
        "POST | /scale | {} | 422",
        "POST | /scale | [] | 422",
        "POST | /scale | {\"replicas\": | 400",
        "POST | /rollback | {\"revision\": -1} | 422",
        "POST | /rollback | {\"revision\": 99} | 404",
        "POST | /rollback | {\"revision\": \"x\"} | 422",
        "POST | /rollback | {\"to\": 1} | 422",
        "POST | /rollback | {{ | 400",
        "POST | /plan | {} | 422",
        "POST | /plan | nonsense | 400",
        "PUT | ?dryRun=perhaps | {} | 400",
        "PUT | ?force=true | {} | 400",
        "PUT | x | {} | 422",
        "PUT | _ | {} | 422",
        "PATCH | '' | {} | 405",
        "POST | /explode | {} | 404"
      })
  void other_requests_that_are_wrong_are_refused_and_change_nothing(
      String method, String path, String body, int status) throws Exception {
    var before = everything();

    var answer = send(method, WEB + path, "application/json", BodyPublishers.ofString(body));

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
    assertUnchanged(before);
  }

  @Test
  void a_folder_of_hostile_manifests_is_refused_as_a_whole_naming_each_place() throws Exception {
    var before = everything();
    Path folder = Files.createDirectory(arena.scratch().resolve("manifests"));
    Files.writeString(
        folder.resolve("good.yaml"),
        "kind: Service\nname: good\ninstance: {command: [/bin/true], network: none}\n");
    var manifests = manifests();
    for (int i = 0; i < manifests.size(); i++) {
      Files.write(folder.resolve("bad-%04d.yaml".formatted(i)), manifests.get(i).body());
    }

    var said = regrow("apply", "-f", folder).expect(ERROR);

    var softly = new SoftAssertions();
    for (int i = 0; i < manifests.size(); i++) {
      softly.assertThat(said.err()).contains("bad-%04d.yaml:".formatted(i));
    }
    softly.assertAll();
    assertThat(said.err()).startsWith("regrow: nothing was changed").doesNotContain("good.yaml");
    assertUnchanged(before);
  }

  @Test
  void a_hostile_manifest_is_refused_with_file_line_and_column() throws Exception {
    var before = everything();
    // Drawn, since each costs a start of the command; all are in the folder of the other test.
    var manifests = new ArrayList<>(manifests());
    Collections.shuffle(manifests, new Random(seed));
    int count = Math.min(manifests.size(), Effort.of("manifests", 8, Integer.MAX_VALUE));

    for (var bad : manifests.subList(0, count)) {
      Path file = Files.write(arena.scratch().resolve("hostile.yaml"), bad.body());

      var said = regrow("apply", "-f", file).expect(ERROR);

      assertThat(said.out()).isEmpty();
      assertThat(said.err()).as("%s", bad).contains(file.toString()).doesNotContain("a bug of");
      if (bad.verdict() != Verdict.TOO_LARGE) {
        assertThat(said.err())
            .as("%s", bad)
            .containsPattern(Pattern.quote(file.toString()) + PLACE);
      }
    }
    assertUnchanged(before);
  }

  /** A file that holds no document is no wrong manifest, but none. */
  private List<BadBody> manifests() {
    return bodies.stream()
        .filter(bad -> bad.syntax() == Syntax.YAML)
        .filter(bad -> !documents(bad).isEmpty())
        .toList();
  }

  private static List<Parsed<Workload>> documents(BadBody bad) {
    return Schema.parseDocuments(Workload.getDefaultInstance(), bad.body(), Syntax.YAML, Map.of());
  }

  private Reply<WorkloadList> everything() {
    return node.client().exchange(Calls.workloads(Scope.everywhere()));
  }

  private void assertUnchanged(Reply<WorkloadList> before) {
    var after = everything();
    assertThat(after.value()).isEqualTo(before.value());
    assertThat(after.index()).isEqualTo(before.index());
  }

  private HttpResponse<String> send(
      String method, String path, String type, HttpRequest.BodyPublisher body) throws Exception {
    Context context = ContextFile.at(node.jvm().contextFile()).read().orElseThrow();
    return http.send(
        HttpRequest.newBuilder(URI.create(context.address() + path))
            .timeout(PATIENCE)
            .header("Authorization", "Bearer " + context.token())
            .header("Content-Type", type)
            .method(method, body)
            .build(),
        BodyHandlers.ofString());
  }

  private Shell.Said regrow(Object... arguments) throws IOException {
    var command = new ArrayList<String>();
    command.add(RealNodes.Here.home().resolve("bin/regrow").toString());
    List.of(arguments).forEach(each -> command.add(each.toString()));
    return Shell.ask(
        command, Map.of("REGROW_CONTEXT", node.jvm().contextFile().toString(), "NO_COLOR", "1"));
  }
}
