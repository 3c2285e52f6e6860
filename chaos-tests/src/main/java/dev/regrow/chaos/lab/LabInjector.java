package dev.regrow.chaos.lab;

import dev.regrow.chaos.cluster.Await;
import dev.regrow.chaos.fault.Aiming.Scene;
import dev.regrow.chaos.fault.Fault;
import dev.regrow.chaos.fault.FaultKind;
import dev.regrow.chaos.fault.Harm;
import dev.regrow.chaos.fault.Injector;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Makes every kind of fault happen in a lab.
 *
 * <pre>
 *   var injector = new LabInjector(lab, seed);
 *   var founder = Formation.form(lab, 5, injector::prepare).get(0);
 *   injector.formed(founder, 3, List.of("web"));
 *   Playing.play(plan, injector, …);
 * </pre>
 */
public final class LabInjector implements Injector, AutoCloseable {

  private static final String PROCESS = "process of ";
  private static final int DISK_MEBIBYTES = 192;

  /** Before a server's data are lost, the others must have them. */
  private static final Duration WHOLE_WITHIN = Duration.ofSeconds(12);

  /** Those that a node puts into itself, and no lab from outside. */
  private static final Set<FaultKind> OF_NODES =
      EnumSet.of(
          FaultKind.INSTANCE_PAUSE,
          FaultKind.INSTANCE_CUT,
          FaultKind.INSTANCE_CPU,
          FaultKind.INSTANCE_MEMORY);

  private final Lab lab;
  private final LinkFaults links;
  private final MachineFaults machines;
  private final DiskAndClockFaults disks = new DiskAndClockFaults();
  private final InstanceFaults instances;
  private final MembershipFaults membership = new MembershipFaults();
  private final Set<String> busy = ConcurrentHashMap.newKeySet();
  private Scene scene = new Scene(List.of(), List.of(), "", List.of());
  private @Nullable LabApi api;
  private @Nullable ClientFaults clients;

  public LabInjector(Lab lab, long seed) {
    var random = new Random(seed);
    this.lab = lab;
    this.links = new LinkFaults(lab, new Random(random.nextLong()));
    this.machines = new MachineFaults(lab);
    this.instances = new InstanceFaults(lab, new Random(random.nextLong()));
  }

  /** Each machine, before its node starts: its clock and its disk can be in trouble then. */
  public void prepare(Machine machine) {
    machine.deceivable();
    disks.smallDisk(machine, DISK_MEBIBYTES);
  }

  /** There is another build of Regrow that a node can be replaced by. */
  public void nextRelease(Path home) {
    machines.nextRelease(home);
  }

  /**
   * There is a cluster now.
   *
   * @param servers how many keep the store: the first of the machines
   * @param workloads whose instances may be hit
   */
  public void formed(Machine founder, int servers, List<String> workloads) {
    scene = new Scene(lab.names(), lab.names().subList(0, servers), "", workloads);
    api = new LabApi(founder, lab.machines());
    clients = new ClientFaults(LabClient.token(founder));
  }

  /** What a lab that was prepared for everything can do. */
  public static Set<FaultKind> kinds() {
    return EnumSet.complementOf(EnumSet.copyOf(OF_NODES));
  }

  @Override
  public Set<FaultKind> able() {
    var able = EnumSet.copyOf(kinds());
    if (!machines.hasNextRelease()) {
      able.remove(FaultKind.MIXED_VERSIONS);
    }
    if (!lab.names().stream().allMatch(disks::hasSmallDisk)) {
      able.remove(FaultKind.DISK_FULL);
    }
    return able;
  }

  @Override
  public Scene scene() {
    return new Scene(scene.machines(), scene.servers(), api().leader(), scene.workloads());
  }

  private LabApi api() {
    if (api == null) {
      throw new IllegalStateException("no cluster was formed in this lab yet");
    }
    return api;
  }

  @Override
  public Injection inject(Fault fault) {
    membership.settle(api());
    if (fault.kind().harm() == Harm.DATA || fault.kind() == FaultKind.DEMOTION) {
      awaitWhole(fault);
    }
    var touched = touched(fault);
    touched.stream()
        .filter(busy::contains)
        .findFirst()
        .ifPresent(
            one -> {
              throw new NotNow("the " + one + " is in trouble already");
            });
    busy.addAll(touched);
    try {
      var injection = act(fault);
      return Injection.of(
          injection.done(),
          () -> {
            injection.undo();
            busy.removeAll(touched);
          });
    } catch (RuntimeException failed) {
      busy.removeAll(touched);
      throw failed;
    }
  }

  /** Whether its agent is away, or was told to go, because of a fault that is in place. */
  public boolean isAway(Machine machine) {
    return busy.contains(PROCESS + machine.name());
  }

  private void awaitWhole(Fault fault) {
    if (busy.stream().anyMatch(each -> each.startsWith(PROCESS)) || links.anyCut()) {
      throw new NotNow("another machine is away");
    }
    try {
      Await.until(
          "all servers to be whole", WHOLE_WITHIN, () -> api().isWhole(scene.servers().size()));
    } catch (AssertionError late) {
      throw new NotNow("not all servers have their data yet, before " + fault.kind());
    }
  }

  /** What can be in one trouble at a time only. */
  private static Set<String> touched(Fault fault) {
    var what =
        switch (fault.kind()) {
          case MACHINE_DEATH,
              JVM_KILL,
              JVM_STOP,
              JVM_TERM,
              UNSYNCED_LOST,
              LOG_TRUNCATED,
              LOG_BIT_FLIPPED,
              SERVER_WIPED,
              MIXED_VERSIONS ->
              List.of(PROCESS);
          // After these a node is started again, as it says itself.
          case DISK_FAILING, DISK_READ_ONLY -> List.of("disk of ", PROCESS);
          case DISK_FULL, DISK_SLOW -> List.of("disk of ");
          case CLOCK_JUMP, CLOCK_DRIFT -> List.of("clock of ");
          case CORDON, DRAIN, DEMOTION, PROMOTION -> List.of("membership of ");
          default -> List.<String>of();
        };
    var touched = new HashSet<String>();
    what.forEach(each -> fault.on().forEach(machine -> touched.add(each + machine)));
    return touched;
  }

  private Injection act(Fault fault) {
    return switch (fault.kind()) {
      case MACHINE_DEATH,
          JVM_KILL,
          JVM_STOP,
          JVM_TERM,
          UNSYNCED_LOST,
          LOG_TRUNCATED,
          LOG_BIT_FLIPPED,
          SERVER_WIPED,
          MIXED_VERSIONS ->
          onEach(fault, machine -> machines.inject(fault, machine));
      case INSTANCE_KILL, INSTANCE_OOM, FORK_BOMB -> instances.inject(fault, api());
      case INSTANCE_PAUSE, INSTANCE_CUT, INSTANCE_CPU, INSTANCE_MEMORY ->
          throw new NotNow(fault.kind() + " is for running clusters");
      case CPU_PRESSURE -> onEach(fault, machine -> spinning(fault, machine));
      case MEMORY_PRESSURE -> onEach(fault, machine -> touching(fault, machine));
      case PARTITION, PARTITION_ONE_WAY, PARTITION_BRIDGE, PARTITION_RING -> links.partition(fault);
      case LINK_DELAY, LINK_JITTER, LINK_LOSS, LINK_DUPLICATE, LINK_REORDER, LINK_RATE ->
          links.trouble(fault);
      case CLOCK_JUMP, CLOCK_DRIFT, DISK_FULL, DISK_SLOW, DISK_FAILING, DISK_READ_ONLY ->
          onEach(fault, machine -> disks.inject(fault, machine));
      case CORDON, DRAIN, DEMOTION, PROMOTION ->
          onEach(fault, machine -> membership.inject(fault, machine.name(), api()));
      case API_FLOOD, SLOW_CLIENTS, DEAD_CLIENTS ->
          onEach(fault, machine -> clients().inject(fault, machine));
    };
  }

  private ClientFaults clients() {
    if (clients == null) {
      throw new IllegalStateException("no cluster was formed in this lab yet");
    }
    return clients;
  }

  private static Injection spinning(Fault fault, Machine machine) {
    var programs = new ArrayList<Nuisance>();
    for (long i = 0; i < fault.setting("threads"); i++) {
      programs.add(Nuisance.spinning(machine));
    }
    return Injection.of(
        "%d threads spin on %s".formatted(programs.size(), machine.name()),
        () -> programs.forEach(Nuisance::end));
  }

  private static Injection touching(Fault fault, Machine machine) {
    var program = Nuisance.touching(machine, fault.setting("memory"));
    return Injection.of("memory is held on " + machine.name(), program::end);
  }

  /** What fails half-way is taken back. */
  private Injection onEach(Fault fault, Function<Machine, Injection> one) {
    var done = new ArrayList<Injection>();
    try {
      for (String name : fault.on()) {
        done.add(one.apply(lab.machineCalled(name)));
      }
      return MachineFaults.all(done);
    } catch (RuntimeException failed) {
      MachineFaults.all(done).undo();
      throw failed;
    }
  }

  /**
   * Waits until what could not be taken back, since nobody answered, is.
   *
   * @throws AssertionError if it isn't in time
   */
  public void settle(Duration within) {
    Await.until("the membership as it was", within, () -> membership.settle(api()));
  }

  @Override
  public void close() {
    if (api != null) {
      api.close();
    }
  }
}
