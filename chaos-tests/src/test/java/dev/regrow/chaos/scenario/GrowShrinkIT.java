package dev.regrow.chaos.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.chaos.cluster.Await;
import dev.regrow.client.Calls;
import dev.regrow.client.Context;
import dev.regrow.client.ContextFile;
import dev.regrow.client.RegrowClient;
import dev.regrow.v1.Cluster;
import dev.regrow.v1.Member;
import dev.regrow.v1.NodePhase;
import dev.regrow.v1.StoreServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The servers of the store come and go while clients write. */
@RealNodes
class GrowShrinkIT {

  private static final Duration SOON = Duration.ofSeconds(60);
  private static final Duration GROWN_WITHIN = Duration.ofSeconds(15);
  private static final String THREE =
      """
      kind: Service
      name: three
      replicas: 3
      instance:
        command: [/bin/sleep, infinity]
        network: none
        resources: {cpu: 10m, memory: 16Mi}
        stop: {grace: 2s}
      """;

  private final int most = Effort.of("grow", 3, 5);
  private final String address = Arena.nextAddress().replaceFirst("[0-9]+$", "161");
  private Path folder = Path.of("");
  private Path data = Path.of("");

  @BeforeEach
  void oneNode(@TempDir Path empty) throws IOException {
    folder = empty;
    data = folder.resolve("data");
    var manifest = Files.writeString(folder.resolve("three.yaml"), THREE);
    regrow("up", "--bind", address, "--data", data, manifest);
  }

  @AfterEach
  void leaveNothing() {
    regrow("down", "--purge", "--yes", "--data", data);
  }

  @Test
  void from_one_server_to_many_and_back_no_write_is_lost_and_none_fails_twice() {
    try (var writers = SteadyWriters.start(this::context, 2)) {
      long began = System.nanoTime();
      regrow("up", "--nodes", 3, "--bind", address, "--data", data);
      awaitVoters(3);
      var took = Duration.ofNanos(System.nanoTime() - began);
      System.out.println("from one node to three in " + took.toMillis() + " ms");
      if (most > 3) {
        assertThat(took).isLessThanOrEqualTo(GROWN_WITHIN);
        regrow("up", "--nodes", most, "--bind", address, "--data", data);
        awaitVoters(most);
      }

      for (int i = most; i > Math.max(1, most - 2); i--) {
        regrow("node-ctl", "demote", "n" + i);
      }
      var shrunk = awaitVoters(most - 2);
      assertThat(shrunk.getMembersList())
          .filteredOn(member -> member.getRolesList().contains("worker"))
          .extracting(Member::getName)
          .containsExactly("n" + (most - 1), "n" + most);

      regrow("node-ctl", "drain", "n" + most);
      regrow("node-ctl", "remove", "n" + most);
      Await.until("a node less", SOON, this::cluster, seen -> seen.getMembersCount() == most - 1);

      var story = writers.stop();
      System.out.println(story);
      assertThat(story.acknowledged()).isPositive();
      assertThat(story.failedTwice()).isEmpty();
      assertThat(story.lost()).isEmpty();
    }
  }

  private Cluster awaitVoters(int count) {
    return Await.until(
        count + " servers that vote, and all nodes ready",
        SOON,
        this::cluster,
        seen ->
            seen.getStore().getServersList().stream().filter(StoreServer::getVoter).count() == count
                && seen.getStore().getServersCount() == count
                && seen.getMembersList().stream()
                    .allMatch(member -> member.getPhase() != NodePhase.NODE_UNREACHABLE));
  }

  private Cluster cluster() {
    try (var client = RegrowClient.of(context())) {
      return client.send(Calls.cluster());
    } catch (dev.regrow.client.ApiException.Unavailable notNow) {
      return Cluster.getDefaultInstance();
    }
  }

  private Context context() {
    try {
      return ContextFile.at(folder.resolve("context.json")).read().orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void regrow(Object... arguments) {
    var command = new ArrayList<String>();
    command.add(RealNodes.Here.home().resolve("bin/regrow").toString());
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    var file = folder.resolve("context.json").toString();
    Shell.ask(List.copyOf(command), Map.of("REGROW_CONTEXT", file, "NO_COLOR", "1")).expect(0);
  }
}
