package dev.regrow.runtime.network;

import dev.regrow.runtime.ServedPort;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.nio.channels.NetworkChannel;
import java.nio.channels.SocketChannel;
import java.util.Optional;

/** Whether a port of the machine is free to be published: what listens there would be cut off. */
final class Listeners {

  private Listeners() {}

  /** What keeps it from being published, in a sentence with what to do; empty: nothing. */
  static Optional<String> obstacle(ServedPort port) {
    // Bound and not listened on: nobody notices.
    try (NetworkChannel channel = port.udp() ? DatagramChannel.open() : SocketChannel.open()) {
      if (!port.udp()) {
        channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      }
      channel.bind(new InetSocketAddress(port.on(), port.publish()));
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(
          "cannot publish port %d on %s: %s; see what has it (ss -lnp 'sport = :%d'), publish another, or say on which address"
              .formatted(port.publish(), port.on(), e.getMessage(), port.publish()));
    }
  }
}
