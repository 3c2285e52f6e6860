package dev.regrow.chaos.lab;

import dev.regrow.chaos.cluster.Leftovers;
import dev.regrow.chaos.cluster.LocalNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Machines that share nothing but links, on this one: each has a network namespace, an address, a
 * disk and cgroups of its own. Closed, or abandoned by a harness that died, it leaves nothing.
 *
 * <pre>
 *   try (Lab lab = Lab.open(home)) {
 *     Machine n1 = lab.machine("n1");
 *     n1.jvm().start();
 *     lab.cut(Cuts.apart(List.of("n1"), lab.names()));
 *   }
 * </pre>
 */
public final class Lab implements AutoCloseable {

  /** Whoever has it in its environment belongs to the lab of that uid. */
  static final String VARIABLE = "REGROW_LAB";

  private static final int NAME_MAX = 12;
  private static final int GATEWAY_PORT = 7400;

  private final Path home;
  private final LabNames names;
  private final Path folder;
  private final Undo undo;
  private final Switch links;
  private final Door door;
  private final List<Forwarder> forwarders = new ArrayList<>();
  private final Map<String, Machine> machines = new LinkedHashMap<>();

  private Lab(Path home, LabNames names, Path folder, Undo undo) {
    this.home = home;
    this.names = names;
    this.folder = folder;
    this.undo = undo;
    this.links = Switch.make(names, folder);
    this.door = Door.to(LabNames.file(names.switchNamespace()));
  }

  /**
   * Opens one, and first takes away what dead harnesses have left.
   *
   * @param home of an unpacked distribution
   */
  public static Lab open(Path home) {
    return open(home, LabNames.drawn(new SecureRandom()));
  }

  /**
   * The same, with addresses where gateways speak TLS: {@link LabClient} and the like, which come
   * from outside, do not reach them; the launcher does, run where the node is.
   */
  public static Lab offLoopback(Path home) {
    return open(home, LabNames.drawn(new SecureRandom()).offLoopback());
  }

  private static Lab open(Path home, LabNames names) {
    Undo.abandoned();
    try {
      Path folder = Files.createDirectory(names.folder(Undo.PARENT));
      Files.writeString(folder.resolve("home"), home + "\n");
      Files.createDirectory(folder.resolve("machines"));
      Undo undo = Undo.watch(folder);
      try {
        return new Lab(home, names, folder, undo);
      } catch (RuntimeException e) {
        undo.close();
        throw e;
      }
    } catch (IOException e) {
      throw new UncheckedIOException("make a lab in " + Undo.PARENT, e);
    }
  }

  /**
   * Adds a machine; its node is not started yet.
   *
   * @param name of the machine and of its node, an RFC 1123 label of up to 12 characters
   */
  public Machine machine(String name) {
    if (!name.matches("[a-z][a-z0-9-]*") || name.length() > NAME_MAX) {
      throw new IllegalArgumentException(
          name + " is no label of up to " + NAME_MAX + " characters");
    }
    String address = names.address(machines.size());
    Path own = folder.resolve("machines").resolve(name);
    try {
      Files.createDirectory(own);
    } catch (IOException e) {
      throw new UncheckedIOException("make machine " + name, e);
    }
    links.attach(name, address);
    var forwarder = Forwarder.to(door, new InetSocketAddress(address, GATEWAY_PORT));
    forwarders.add(forwarder);
    var jvm =
        new LocalNode(home, own.resolve("data"), name, address)
            .inside(LabNames.file(names.namespace(name)))
            .reachedAt(URI.create("http://127.0.0.1:" + forwarder.port()))
            .withVariable(VARIABLE, names.uid());
    var preload = Preload.make(folder, own, jvm.data());
    var machine = new Machine(name, address, names, own, jvm, preload);
    machines.put(name, machine);
    return machine;
  }

  /** The distribution that its nodes run. */
  Path home() {
    return home;
  }

  /** In the order in which they were made. */
  public List<Machine> machines() {
    return List.copyOf(machines.values());
  }

  public Machine machineCalled(String name) {
    Machine machine = machines.get(name);
    if (machine == null) {
      throw new IllegalArgumentException("no machine is called " + name);
    }
    return machine;
  }

  public List<String> names() {
    return List.copyOf(machines.keySet());
  }

  /** A folder for whatever else a scenario needs; it goes with the lab. */
  public Path folder() {
    return folder;
  }

  /** A connection to a port of a machine, from the middle of the lab; links to it can be cut. */
  public Socket connect(Machine machine, int port, Duration within) throws IOException {
    var channel = door.socket();
    try {
      var socket = channel.socket();
      socket.connect(
          new InetSocketAddress(machine.address(), port), (int) Math.max(1, within.toMillis()));
      return socket;
    } catch (IOException failed) {
      channel.close();
      throw failed;
    }
  }

  /** Cuts links, those that stand included; what is cut already stays so. */
  public void cut(Collection<Cut> cuts) {
    links.cut(cuts);
  }

  public void heal(Collection<Cut> cuts) {
    links.heal(cuts);
  }

  public void healAll() {
    links.heal(links.active());
  }

  /** What is cut at the moment. */
  public Set<Cut> cuts() {
    return links.active();
  }

  /**
   * Carries what one machine sends to another so from now on, until it is told {@link
   * LinkTrouble#NONE}. What is cut stays cut.
   *
   * @param seed of its chance
   */
  public void trouble(Cut link, LinkTrouble trouble, long seed) {
    links.trouble(link, trouble, seed);
  }

  /** The machine dies in silence, as of a power cut: nobody is told that its connections end. */
  public void powerOff(Machine machine) {
    links.silence(machine.name());
    machine.die();
  }

  /** Power is back; nothing is started yet. */
  public void powerOn(Machine machine) {
    links.unsilence(machine.name());
  }

  /**
   * Takes everything away.
   *
   * @throws AssertionError naming what is left all the same
   */
  @Override
  public void close() {
    var uids = machines.values().stream().flatMap(machine -> machine.uid().stream()).toList();
    forwarders.forEach(Forwarder::close);
    links.close();
    door.close();
    undo.close();
    var left = new ArrayList<String>();
    uids.forEach(uid -> left.addAll(Leftovers.of(uid)));
    left.addAll(traces(names.uid()));
    if (!left.isEmpty()) {
      throw new AssertionError("left on this machine: " + left);
    }
  }

  /** Namespaces, processes and the folder of the lab of that uid, each as a sentence. */
  static List<String> traces(String uid) {
    var found = new ArrayList<String>();
    var names = new LabNames(uid, "");
    for (Path folder : List.of(Path.of("/run/netns"), Undo.PARENT, Path.of("/proc"))) {
      if (Files.exists(folder)) {
        entries(folder).stream()
            .filter(entry -> isOf(entry, names))
            .forEach(entry -> found.add(entry.toString()));
      }
    }
    return found;
  }

  private static List<Path> entries(Path folder) {
    try (var entries = Files.list(folder)) {
      return entries.toList();
    } catch (IOException e) {
      throw new UncheckedIOException("list " + folder, e);
    }
  }

  private static boolean isOf(Path entry, LabNames names) {
    String name = entry.getFileName().toString();
    return name.startsWith("regrow-" + names.uid() + "-")
        || entry.equals(names.folder(Undo.PARENT))
        || (name.matches("[0-9]+") && variables(entry).contains(VARIABLE + "=" + names.uid()));
  }

  private static List<String> variables(Path process) {
    try {
      return List.of(
          Files.readString(process.resolve("environ"), StandardCharsets.ISO_8859_1)
              .split("\0", -1));
    } catch (IOException gone) {
      return List.of();
    }
  }
}
