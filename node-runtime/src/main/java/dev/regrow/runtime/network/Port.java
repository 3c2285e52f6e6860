package dev.regrow.runtime.network;

import dev.regrow.runtime.ServedPort;
import dev.regrow.runtime.syscall.Fd;
import java.util.List;

/** A network namespace on the bridge, with or without an instance in it. */
final class Port {

  final Ipv4 address;

  /** Keeps it there between attempts. */
  final Fd namespace;

  /** What is to lead to it. */
  List<ServedPort> wanted = List.of();

  /** What leads to it. */
  List<ServedPort> served = List.of();

  Port(Ipv4 address, Fd namespace) {
    this.address = address;
    this.namespace = namespace;
  }
}
