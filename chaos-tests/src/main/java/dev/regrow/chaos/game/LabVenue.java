package dev.regrow.chaos.game;

import dev.regrow.chaos.fault.FaultKind;
import dev.regrow.chaos.fault.Injector;
import dev.regrow.chaos.lab.Formation;
import dev.regrow.chaos.lab.Lab;
import dev.regrow.chaos.lab.LabClient;
import dev.regrow.chaos.lab.LabInjector;
import dev.regrow.chaos.lab.Machine;
import dev.regrow.client.RegrowClient;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A cluster of its own, whose machines are network namespaces of this one; gone after the run. */
final class LabVenue implements Venue {

  private final Lab lab;
  private final LabInjector injector;
  private final Machine founder;

  private LabVenue(Lab lab, LabInjector injector, Machine founder) {
    this.lab = lab;
    this.injector = injector;
    this.founder = founder;
  }

  /**
   * Makes the machines and forms the cluster.
   *
   * @param home of an unpacked distribution
   * @param workloads whose instances may be hit
   */
  static LabVenue make(Path home, int nodes, long seed, List<String> workloads) {
    var lab = Lab.open(home);
    try {
      var injector = new LabInjector(lab, seed);
      var founder = Formation.form(lab, nodes, injector::prepare).get(0);
      injector.formed(founder, Formation.servers(nodes), workloads);
      return new LabVenue(lab, injector, founder);
    } catch (RuntimeException | Error failed) {
      lab.close();
      throw failed;
    }
  }

  /** As they will be called. */
  static List<String> names(int nodes) {
    return IntStream.rangeClosed(1, nodes).mapToObj(number -> "n" + number).toList();
  }

  static String words(int nodes) {
    return nodes == 1 ? "one node of its own" : nodes + " nodes of its own";
  }

  @Override
  public String words() {
    return words(lab.machines().size());
  }

  @Override
  public String namespace() {
    return "default";
  }

  @Override
  public List<String> nodes() {
    return lab.names();
  }

  @Override
  public RegrowClient client(Duration timeout) {
    return LabClient.ofAny(founder, lab.machines(), timeout);
  }

  @Override
  public Socket connect(String node, int port, Duration within) throws IOException {
    return lab.connect(lab.machineCalled(node), port, within);
  }

  @Override
  public Injector injector() {
    return injector;
  }

  @Override
  public String refusal(Set<FaultKind> kinds) {
    return "this machine cannot do "
        + kinds.stream().map(FaultKind::text).sorted().collect(Collectors.joining(" and "));
  }

  @Override
  public void close() {
    try {
      injector.close();
    } finally {
      lab.close();
    }
  }
}
