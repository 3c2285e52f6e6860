package dev.regrow.chaos.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.regrow.chaos.cluster.Await;
import dev.regrow.chaos.cluster.LocalNode;
import dev.regrow.chaos.cluster.Proc;
import dev.regrow.chaos.scenario.Programs;
import dev.regrow.chaos.scenario.RealNodes;
import dev.regrow.client.Calls;
import dev.regrow.client.RegrowClient;
import dev.regrow.v1.Instance;
import java.io.IOException;
import java.net.http.HttpTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The lab does what it says, before anything is concluded from what happens in it. */
@RealNodes
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LabIT {

  private static final Duration SOON = Duration.ofSeconds(60);
  private static final String LISTEN =
      """
      import os, socket, sys
      ear = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
      ear.bind((sys.argv[1], 9000))
      heard = open(sys.argv[2], 'a')
      while True:
          heard.write(ear.recv(64).decode())
          heard.flush()
      """;

  private final Lab lab = Lab.open(RealNodes.Here.home());
  private final Machine n1 = lab.machine("n1");
  private final Machine n2 = lab.machine("n2");

  @BeforeAll
  void listen() throws IOException {
    for (Machine machine : lab.machines()) {
      machine
          .command("python3", "-c", LISTEN, machine.address(), heardBy(machine).toString())
          .redirectErrorStream(true)
          .redirectOutput(lab.folder().resolve("ear.out").toFile())
          .start();
      Await.until(machine + " to listen", SOON, () -> Files.exists(heardBy(machine)));
    }
  }

  @AfterAll
  void leave() {
    lab.close();
  }

  @Test
  void a_link_is_cut_in_one_direction_and_healed() throws Exception {
    lab.cut(Cuts.oneWay(List.of("n1"), List.of("n2")));
    say(n1, n2, "lost");
    say(n2, n1, "the other way");
    awaitHeard(n1, "the other way");
    lab.healAll();
    say(n1, n2, "healed");
    awaitHeard(n2, "healed");

    assertThat(Files.readString(heardBy(n2))).doesNotContain("lost");
    assertThat(lab.cuts()).isEmpty();
  }

  @Test
  void a_link_in_trouble_loses_repeats_and_delays_in_one_direction() throws Exception {
    var link = new Cut("n1", "n2");
    lab.trouble(link, new LinkTrouble(0, 0, 1000, 0, 0, 0, 0), 1);
    say(n1, n2, "dropped");
    say(n2, n1, "against the dropped");
    awaitHeard(n1, "against the dropped");
    lab.trouble(link, new LinkTrouble(0, 0, 0, 1000, 0, 0, 0), 1);
    say(n1, n2, "twofold");
    awaitHeard(n2, "twofold\ntwofold");
    long delay = TimeUnit.MILLISECONDS.toNanos(700);
    lab.trouble(link, new LinkTrouble(delay / 1000, 0, 0, 0, 0, 0, 0), 1);
    long said = System.nanoTime();
    say(n1, n2, "delayed");
    awaitHeard(n2, "delayed");
    long heard = System.nanoTime() - said;
    lab.trouble(link, LinkTrouble.NONE, 1);
    say(n1, n2, "at once");
    awaitHeard(n2, "at once");

    assertThat(heard).isGreaterThanOrEqualTo(delay);
    assertThat(Files.readString(heardBy(n2)))
        .doesNotContain("dropped")
        .doesNotContain("at once\nat once");
  }

  @Test
  void a_machine_dies_with_all_that_ran_on_it_and_comes_back() throws Exception {
    LocalNode jvm = n1.jvm().start();
    try (var client = LabClient.of(n1)) {
      client.send(Calls.apply(Programs.complete(Programs.sleeper("mortal", 3))));
      var before = awaitReady(client, 3);
      var processes =
          before.stream().flatMap(each -> Proc.identity(each.getPid()).stream()).toList();

      n1.die();
      assertThat(processes).hasSize(3).noneMatch(Proc::alive);
      jvm.start();

      assertThat(awaitReady(client, 3))
          .noneMatch(each -> processes.stream().anyMatch(old -> old.pid() == each.getPid()));
    }
  }

  @Test
  void a_paused_node_answers_nothing_and_its_disk_is_wiped_only_when_nothing_runs_on_it() {
    n2.jvm().start();
    String before = n2.uid().orElseThrow();

    n2.pause();
    String hung = n2.jvm().readiness();
    n2.resume();
    n2.jvm().awaitReady();
    assertThat(hung).contains(HttpTimeoutException.class.getSimpleName());

    assertThatThrownBy(n2::wipe).hasMessageContaining("n2");
    n2.die();
    n2.wipe();
    assertThat(n2.uid()).isEmpty();
    n2.jvm().start();
    assertThat(n2.uid()).isPresent().isNotEqualTo(Optional.of(before));
  }

  private static List<Instance> awaitReady(RegrowClient client, int count) {
    return Await.until(
        count + " ready instances",
        SOON,
        () -> client.send(Calls.instancesOf(Programs.NAMESPACE, "mortal")).getItemsList(),
        seen -> seen.size() == count && seen.stream().allMatch(Instance::getReady));
  }

  private void awaitHeard(Machine machine, String words) {
    Await.until(
        machine + " to hear \"" + words + "\"",
        SOON,
        () -> {
          try {
            return Files.readString(heardBy(machine));
          } catch (IOException e) {
            return e.toString();
          }
        },
        heard -> heard.contains(words));
  }

  private static void say(Machine from, Machine to, String words) throws Exception {
    var script = "echo '%s' > /dev/udp/%s/9000".formatted(words, to.address());
    var said = from.command("bash", "-c", script).start();
    assertThat(said.waitFor(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(said.exitValue()).isZero();
  }

  private Path heardBy(Machine machine) {
    return lab.folder().resolve("heard-by-" + machine.name());
  }
}
