package dev.regrow.actors.instance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.runtime.ServedPort;
import dev.regrow.v1.InstanceTemplate;
import dev.regrow.v1.Network;
import dev.regrow.v1.Protocol;
import org.junit.jupiter.api.Test;

class PublishingTest {

  @Test
  void what_is_published_is_on_the_nodes_address_or_where_it_says() {
    assertThat(Publishing.of(surface(Network.BRIDGE), "10.0.0.5"))
        .containsExactly(
            new ServedPort(false, "10.0.0.5", 80, 8080), new ServedPort(true, "0.0.0.0", 53, 5353));
  }

  @Test
  void a_node_of_IPv6_publishes_what_names_an_address() {
    assertThat(Publishing.of(surface(Network.BRIDGE), "2001:db8::5"))
        .containsExactly(new ServedPort(true, "0.0.0.0", 53, 5353));
  }

  @Test
  void without_a_bridge_nothing_is_published() {
    assertThat(Publishing.of(surface(Network.HOST), "10.0.0.5")).isEmpty();
    assertThat(Publishing.of(InstanceTemplate.getDefaultInstance(), "10.0.0.5")).isEmpty();
  }

  private static InstanceTemplate surface(Network network) {
    var surface = InstanceTemplate.newBuilder().setNetwork(network);
    surface.addPortsBuilder().setPort(8080).setPublish(80);
    surface.addPortsBuilder().setPort(9000);
    surface
        .addPortsBuilder()
        .setPort(5353)
        .setPublish(53)
        .setOn("0.0.0.0")
        .setProtocol(Protocol.UDP);
    return surface.build();
  }
}
