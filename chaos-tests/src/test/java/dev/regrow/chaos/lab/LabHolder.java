package dev.regrow.chaos.lab;

import dev.regrow.chaos.fault.Aim;
import dev.regrow.chaos.fault.Fault;
import dev.regrow.chaos.fault.FaultKind;
import dev.regrow.chaos.scenario.Observed;
import dev.regrow.chaos.scenario.Programs;
import dev.regrow.client.Calls;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A harness that does all that one does, says how far it is, and waits to be killed. */
final class LabHolder {

  /** What is in place besides; the agent is paused last. */
  private static final List<FaultKind> IN_PLACE =
      List.of(
          FaultKind.FORK_BOMB,
          FaultKind.CPU_PRESSURE,
          FaultKind.MEMORY_PRESSURE,
          FaultKind.LINK_DELAY,
          FaultKind.PARTITION_ONE_WAY,
          FaultKind.CLOCK_DRIFT,
          FaultKind.SLOW_CLIENTS,
          FaultKind.DEAD_CLIENTS,
          FaultKind.DISK_FULL);

  private LabHolder() {}

  public static void main(String[] arguments) throws Exception {
    Lab lab = Lab.open(Path.of(arguments[0]));
    System.out.println(lab.folder());
    Machine n1 = lab.machine("n1");
    Machine n2 = lab.machine("n2");
    lab.cut(Cuts.between(List.of("n1"), List.of("n2")));
    n2.command("sleep", "infinity").start();
    Path disk = Files.createDirectory(lab.folder().resolve("disk"));
    Tool.run(List.of("mount", "-t", "tmpfs", "-o", "size=1m", "regrow-lab", disk.toString()), "");
    lab.trouble(new Cut("n2", "n1"), new LinkTrouble(1000, 1000, 10, 10, 10, 1000, 1 << 20), 1);
    var injector = new LabInjector(lab, 1);
    injector.prepare(n1);
    n1.jvm().start();
    System.out.println(n1.uid().orElseThrow());
    try (var client = LabClient.of(n1)) {
      client.send(Calls.apply(Programs.complete(Programs.sleeper("left", 2))));
      new Observed(client).awaitReady("left", 2, Duration.ofSeconds(30), each -> true);
    }
    injector.formed(n1, 1, List.of("left"));
    for (FaultKind kind : IN_PLACE) {
      var on = kind.aim() == Aim.INSTANCES ? "left" : "n1";
      injector.inject(Fault.of(kind, Duration.ofMinutes(1), on));
    }
    n1.pause();
    System.out.println("all is in place");
    Thread.currentThread().join();
  }
}
