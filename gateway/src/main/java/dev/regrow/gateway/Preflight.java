package dev.regrow.gateway;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** What must hold before anything is started; each refusal says what helps. */
final class Preflight {

  private Preflight() {}

  static void requireRoot(Path proc) {
    try {
      if (!Integer.valueOf(0).equals(Files.getAttribute(proc.resolve("self"), "unix:uid"))) {
        throw StartFailure.refused(
            "a node must be root: it makes cgroups, namespaces and mounts for its instances,"
                + " which themselves run as other users\nrun: sudo regrow node");
      }
    } catch (IOException e) {
      throw StartFailure.refused(proc + " is not there, so nothing can run here: " + e);
    }
  }

  /** Of digits, so that no name service is asked; and one by which others can reach this node. */
  static InetAddress address(String bind) {
    if (!bind.matches("[0-9.]+|[0-9a-fA-F:.]+")) {
      throw StartFailure.usage("--bind " + bind + " is no address in digits, as 127.0.0.1");
    }
    InetAddress address;
    try {
      address = InetAddress.getByName(bind);
    } catch (UnknownHostException e) {
      throw StartFailure.usage("--bind " + bind + " is no address, as 127.0.0.1");
    }
    if (address.isAnyLocalAddress() || address.isMulticastAddress()) {
      throw StartFailure.usage(
          "--bind %s is no address by which others reach this node, and that is what it is for; give one of this machine's own (ip -brief address lists them)"
              .formatted(bind));
    }
    return address;
  }

  static void requireFree(NodeOptions options, InetAddress address) {
    Map.of(
            "--http-port", options.httpPort(),
            "--cluster-port", options.clusterPort(),
            "--raft-port", options.storePort())
        .forEach((option, port) -> requireFree(option, address, port));
  }

  private static void requireFree(String option, InetAddress address, int port) {
    try (var socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(address, port));
    } catch (IOException e) {
      throw StartFailure.refused(
          ("cannot listen on %s port %d: %s\n"
                  + "stop what listens there (ss -ltnp 'sport = :%d' names it), or give another %s or"
                  + " --bind")
              .formatted(address.getHostAddress(), port, e.getMessage(), port, option));
    }
  }

  /** The node itself takes the lock; this only names who has it. */
  static void requireUnused(Path data) {
    LockHolder.of(data.resolve("run"))
        .ifPresent(
            pid -> {
              throw StartFailure.refused(
                  "%s is in use by the node with pid %d; stop that one (kill %d leaves its instances running) or give another --data"
                      .formatted(data, pid, pid));
            });
  }
}
