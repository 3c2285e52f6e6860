package dev.regrow.runtime.process;

import dev.regrow.runtime.Machine;
import dev.regrow.runtime.cgroup.Cgroups;
import dev.regrow.runtime.network.NodeNetwork;
import dev.regrow.runtime.state.ProcFs;
import java.util.ArrayList;

/** Looks at this machine. */
final class MachineReport {

  private static final long MIB = 1 << 20;

  private MachineReport() {}

  static Machine look(Cgroups cgroups) {
    var warnings = new ArrayList<>(cgroups.warnings());
    warnings.addAll(Prerequisites.warnings(ProcFs.text("self/status")));
    if (ProcFs.text("filesystems").lines().noneMatch(line -> line.endsWith("\toverlay"))) {
      warnings.add("overlayfs is missing: root file systems can only be used read-only");
    }
    NodeNetwork.lack().ifPresent(warnings::add);
    long pids = Math.min(number("sys/kernel/pid_max"), number("sys/kernel/threads-max"));
    return new Machine(
        Runtime.getRuntime().availableProcessors() * 1000L,
        forInstances(memoryTotal(ProcFs.text("meminfo"))),
        pids - Math.min(4096, pids / 4),
        cgroups.world(),
        ProcFs.text("sys/kernel/osrelease").trim(),
        ProcFs.bootId(),
        warnings);
  }

  /** A tenth, but at most 1 GiB, stays for the machine and the node itself. */
  static long forInstances(long memoryTotal) {
    return memoryTotal - Math.min(1024 * MIB, memoryTotal / 10);
  }

  static long memoryTotal(String meminfo) {
    var line = meminfo.lines().filter(each -> each.startsWith("MemTotal:")).findFirst();
    return Long.parseLong(line.orElse("0").replaceAll("\\D", "")) * 1024;
  }

  private static long number(String file) {
    return Long.parseLong(ProcFs.text(file).trim());
  }
}
