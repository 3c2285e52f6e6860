package dev.regrow.actors.agent;

import dev.regrow.runtime.RunningInstance;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What all instances used together when somebody looked.
 *
 * @param cpuNanos of each instance since its first attempt
 * @param cpuMillis millicores, on average since the sample before
 */
record UsageSample(
    long takenAtNanos, Map<String, Long> cpuNanos, long memoryBytes, long cpuMillis) {

  static final UsageSample NONE = new UsageSample(0, Map.of(), 0, 0);

  /** Reads files of the kernel: not for an actor's thread. */
  static UsageSample take(List<RunningInstance> processes, long nowNanos, UsageSample before) {
    var cpu = new HashMap<String, Long>();
    long memory = 0;
    long spent = 0;
    for (var process : processes) {
      var usage = process.usage();
      var key = process.key().toString();
      cpu.put(key, usage.cpuNanos());
      memory += usage.memoryBytes();
      spent += Math.max(0, usage.cpuNanos() - before.cpuNanos.getOrDefault(key, usage.cpuNanos()));
    }
    long elapsed = nowNanos - before.takenAtNanos;
    boolean first = before.takenAtNanos == 0 || elapsed <= 0;
    return new UsageSample(nowNanos, Map.copyOf(cpu), memory, first ? 0 : spent * 1000 / elapsed);
  }
}
