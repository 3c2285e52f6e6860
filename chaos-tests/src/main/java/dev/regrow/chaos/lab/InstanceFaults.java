package dev.regrow.chaos.lab;

import dev.regrow.chaos.cluster.Proc;
import dev.regrow.chaos.fault.Fault;
import dev.regrow.chaos.fault.Injector.Injection;
import dev.regrow.chaos.fault.Injector.NotNow;
import dev.regrow.runtime.syscall.Kernel;
import dev.regrow.runtime.syscall.Signal;
import dev.regrow.runtime.syscall.SyscallException;
import dev.regrow.v1.Instance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Random;

/** What happens to a process of an instance, found by what the cluster says of it. */
final class InstanceFaults {

  private static final String NAMESPACE = "default";
  private static final String FIRST_TO_GO = "1000";

  private final Lab lab;
  private final Random random;

  InstanceFaults(Lab lab, Random random) {
    this.lab = lab;
    this.random = random;
  }

  Injection inject(Fault fault, LabApi api) {
    var candidates = new ArrayList<Instance>();
    fault.on().forEach(name -> candidates.addAll(api.running(NAMESPACE, name)));
    candidates.removeIf(each -> !isThere(each));
    if (candidates.isEmpty()) {
      throw new NotNow("no process of " + fault.on() + " is known to run");
    }
    var victim = candidates.get(random.nextInt(candidates.size()));
    var machine = lab.machineCalled(victim.getNode());
    var what = "%s on %s (process %d)".formatted(victim.getSlot(), machine.name(), victim.getPid());
    return switch (fault.kind()) {
      case INSTANCE_KILL -> {
        kill(victim);
        yield Injection.of(what + " killed", () -> {});
      }
      case INSTANCE_OOM -> {
        goesFirst(victim);
        // It ends with its victim, or soon after.
        Nuisance.hogging(machine, victim.getPid());
        yield Injection.of(what + " out of memory", () -> {});
      }
      case FORK_BOMB -> {
        var bomb = Nuisance.forking(machine, victim.getPid());
        yield Injection.of(what + " has a fork bomb", bomb::end);
      }
      default -> throw new IllegalArgumentException(fault + " does not happen to an instance");
    };
  }

  /** Its pid may be somebody else's by now; its cgroup bears its id. */
  private boolean isThere(Instance instance) {
    try {
      return lab.names().contains(instance.getNode())
          && Proc.identity(instance.getPid()).isPresent()
          && Files.readString(Path.of("/proc", Long.toString(instance.getPid()), "cgroup"))
              .contains(instance.getId());
    } catch (IOException gone) {
      return false;
    }
  }

  private static void kill(Instance victim) {
    var kernel = Kernel.load();
    try (var pidfd = kernel.pidfdOpen((int) victim.getPid())) {
      kernel.pidfdSendSignal(pidfd, Signal.KILL);
    } catch (SyscallException gone) {
      throw new NotNow(victim.getSlot() + " ended by itself");
    }
  }

  private static void goesFirst(Instance victim) {
    try {
      Files.writeString(
          Path.of("/proc", Long.toString(victim.getPid()), "oom_score_adj"), FIRST_TO_GO);
    } catch (IOException gone) {
      throw new NotNow(victim.getSlot() + " ended by itself");
    }
  }
}
