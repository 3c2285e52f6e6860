package dev.regrow.chaos.scenario;

import dev.regrow.schema.Schema;
import dev.regrow.v1.Kind;
import dev.regrow.v1.Network;
import dev.regrow.v1.Workload;
import java.util.List;

/** Workloads of the host's own programs: well-behaved, mortal and hostile ones. */
public final class Programs {

  public static final String NAMESPACE = "default";

  /** What {@link #counter} exits with on USR1. */
  public static final int EXIT_ON_USR1 = 7;

  private static final long MIB = 1 << 20;
  private static final String COUNT =
      """
      trap 'exit %d' USR1
      mkfifo /tmp/nothing && exec 3<>/tmp/nothing
      number=0
      while :; do
        echo $number
        number=$((number + 1))
        read -r -t 0.05 -u 3
      done
      """
          .formatted(EXIT_ON_USR1);
  private static final String BOMB =
      """
      import os, sys, time
      end = time.monotonic() + 2
      first = os.getpid()
      while True:
          try:
              os.fork()
          except OSError as full:
              if os.getpid() == first and time.monotonic() > end:
                  print(full, flush=True)
                  sys.exit(9)
      """;
  private static final String HOG =
      """
      hoard = []
      while True:
          hoard.append(bytearray(b'x') * (1 << 20))
      """;

  private Programs() {}

  /** A Service so small that dozens fit. */
  public static Workload.Builder service(String name, int replicas, String... command) {
    var workload =
        Workload.newBuilder()
            .setKind(Kind.SERVICE)
            .setName(name)
            .setNamespace(NAMESPACE)
            .setReplicas(replicas);
    workload.getInstanceBuilder().addAllCommand(List.of(command)).setNetwork(Network.NONE);
    workload.getInstanceBuilder().getResourcesBuilder().setCpu(10).setMemory(16 * MIB).setPids(16);
    workload.getInstanceBuilder().getStopBuilder().setGrace(2000);
    return workload;
  }

  /** Counts on its standard output, 20 lines a second, without a child; USR1 ends it. */
  public static Workload.Builder counter(String name, int replicas) {
    return service(name, replicas, "/bin/bash", "-c", COUNT);
  }

  /** Sleeps. */
  public static Workload.Builder sleeper(String name, int replicas) {
    return service(name, replicas, "/bin/sleep", "infinity");
  }

  /** Forks, and so do its children, all that they can; after two seconds it gives up with 9. */
  public static Workload.Builder forkBomb(String name, int pids) {
    var bomb = service(name, 1, "/usr/bin/python3", "-c", BOMB);
    bomb.getInstanceBuilder().getResourcesBuilder().setPids(pids).setMemory(128 * MIB);
    return bomb;
  }

  /** Takes memory until it is killed. */
  public static Workload.Builder memoryHog(String name, int mebibytes) {
    var hog = service(name, 1, "/usr/bin/python3", "-c", HOG);
    hog.getInstanceBuilder().getResourcesBuilder().setMemory(mebibytes * MIB);
    return hog;
  }

  /**
   * Computes nothing for ever.
   *
   * @param millicores its hard quota
   */
  public static Workload.Builder spinner(String name, int millicores) {
    var spinner = service(name, 1, "/bin/bash", "-c", "while :; do :; done");
    spinner.getInstanceBuilder().getResourcesBuilder().setCpuLimit(millicores);
    return spinner;
  }

  /** As it is applied: with all defaults written in. */
  public static Workload complete(Workload.Builder workload) {
    return Schema.withDefaults(workload.build());
  }
}
