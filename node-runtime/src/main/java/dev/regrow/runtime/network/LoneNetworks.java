package dev.regrow.runtime.network;

import dev.regrow.runtime.RuntimeFailure;
import dev.regrow.runtime.network.Forwarding.Sysctl;
import dev.regrow.runtime.spare.Spares;
import dev.regrow.runtime.syscall.Fd;
import dev.regrow.runtime.syscall.Kernel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;

/**
 * Network namespaces with a loopback and nothing else, each for one attempt. Making one takes the
 * lock that all networks of the machine share, and waits for those that are being torn down: so a
 * few are made ahead, once the first was asked for. Thread-safe.
 */
public final class LoneNetworks implements AutoCloseable {

  private static final Path OWN_NETWORK = Path.of("/proc/thread-self/ns/net");
  private static final Path LOWEST_OPEN_PORT =
      Path.of("/proc/sys/net/ipv4/ip_unprivileged_port_start");
  private static final int LOOPBACK = 1;
  private static final int READY = 2;

  private final Kernel kernel;
  private final Spares<Fd> spares;

  public LoneNetworks(Kernel kernel) {
    this.kernel = kernel;
    this.spares =
        new Spares<>("regrow-lone-networks", "a network namespace", READY, this::make, Fd::close);
  }

  /** The caller's own; it lives while the descriptor is open or a process is in it. */
  public Fd take() {
    var spare = spares.poll();
    return spare == null ? spares.make() : spare;
  }

  /** For a shim to open while we have it. */
  public static Attachment attachment(Fd taken) {
    return new Attachment(null, Attachment.pathOf(taken.number()));
  }

  /** Sees to it that the next start finds one; returns at once. */
  public void refill() {
    spares.refill();
  }

  /** The thread is in it for a moment. */
  private Fd make() {
    try (var home = kernel.open(OWN_NETWORK, Set.of(), 0)) {
      kernel.unshareNetwork();
      try {
        return equipped(kernel.open(OWN_NETWORK, Set.of(), 0));
      } finally {
        Wiring.comeHome(kernel, home);
      }
    }
  }

  private Fd equipped(Fd namespace) {
    try (var inside = new Netlink(kernel)) {
      inside.ask(LinkMessage.up(LOOPBACK), "bring lo up");
      // Where nobody else is, an instance without capabilities may serve port 80.
      Sysctl.write(LOWEST_OPEN_PORT, "0");
      return namespace;
    } catch (IOException e) {
      namespace.close();
      throw new RuntimeFailure("cannot write " + LOWEST_OPEN_PORT + ": " + e, true, e);
    } catch (RuntimeException e) {
      namespace.close();
      throw e;
    }
  }

  /** Gives up what is ready; what was taken stays. */
  @Override
  public void close() {
    spares.close();
  }
}
