package dev.regrow.chaos.game;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.chaos.fault.Fault;
import dev.regrow.chaos.fault.FaultKind;
import dev.regrow.client.Context;
import dev.regrow.v1.Node;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AttachedVenueTest {

  private final FakeNode n1 = new FakeNode("n1");
  private final FakeNode n2 = new FakeNode("n2");

  AttachedVenueTest() {
    for (var each : List.of(n1, n2)) {
      each.allowing(dev.regrow.v1.FaultKind.PARTITION);
    }
    n1.knowing(node("n1", "server", n1.address())).knowing(node("n2", "worker", n2.address()));
  }

  @AfterEach
  void close() {
    n1.close();
    n2.close();
  }

  private AttachedVenue venue() {
    return AttachedVenue.of(new Context(n1.address(), "", "", "default", List.of()), 1);
  }

  private static Node.Builder node(String name, String role, String address) {
    return Node.newBuilder().setName(name).addRoles(role).setAddress(address);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "10.0.0.9:7420"})
  void a_witness_is_not_struck_but_others_are_cut_off_from_it(String asRecorded) {
    n1.knowing(node("w1", "witness", asRecorded)).keeping("w1", "10.0.0.9:7420");

    try (var venue = venue()) {
      assertThat(venue.nodes()).containsExactly("n1", "n2");
      assertThat(venue.injector().able()).containsExactly(FaultKind.PARTITION);
      venue.client(Duration.ofSeconds(5)).close();
      venue.injector().inject(Fault.of(FaultKind.PARTITION, Duration.ofSeconds(1), "n2")).undo();
    }

    assertThat(n2.asked().get(0).getPeersList()).containsExactly("127.0.0.1", "10.0.0.9");
  }
}
