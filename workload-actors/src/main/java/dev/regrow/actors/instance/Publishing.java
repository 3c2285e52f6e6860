package dev.regrow.actors.instance;

import dev.regrow.runtime.ServedPort;
import dev.regrow.v1.InstanceTemplate;
import dev.regrow.v1.Network;
import dev.regrow.v1.Port;
import dev.regrow.v1.Protocol;
import java.util.List;

/** Which ports of its node lead to an instance while it is ready. Pure. */
final class Publishing {

  private static final String IPV4 = "\\d{1,3}(\\.\\d{1,3}){3}";

  private Publishing() {}

  /**
   * @param surface network and ports of the template
   * @param bind the address that the node binds; of IPv6, only what names another is published
   */
  static List<ServedPort> of(InstanceTemplate surface, String bind) {
    return surface.getNetwork() == Network.BRIDGE
        ? surface.getPortsList().stream()
            .filter(Port::hasPublish)
            .filter(port -> !port.getOn().isEmpty() || bind.matches(IPV4))
            .map(
                port ->
                    new ServedPort(
                        port.getProtocol() == Protocol.UDP,
                        port.getOn().isEmpty() ? bind : port.getOn(),
                        port.getPublish(),
                        port.getPort()))
            .toList()
        : List.of();
  }
}
