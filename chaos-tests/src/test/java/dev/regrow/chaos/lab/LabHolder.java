package dev.regrow.chaos.lab;

import dev.regrow.chaos.scenario.Programs;
import dev.regrow.client.Calls;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A harness that does all that one does, says how far it is, and waits to be killed. */
final class LabHolder {

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
    n1.jvm().start();
    System.out.println(n1.uid().orElseThrow());
    try (var client = LabClient.of(n1)) {
      client.send(Calls.apply(Programs.complete(Programs.sleeper("left", 2))));
    }
    n1.pause();
    System.out.println("all is in place");
    Thread.currentThread().join();
  }
}
