package dev.regrow.core.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class PortsTest {

  private static final int HTTP = Ports.code(80, false);

  @Test
  void a_published_port_collides_but_with_its_own_workload() {
    var published = Ports.of(List.of(Ports.shared(HTTP)));
    var plain = Ports.of(List.of(HTTP));

    assertThat(published.collision(published, false)).hasValue(HTTP);
    assertThat(published.collision(published, true)).isEmpty();
    assertThat(published.collision(plain, true)).hasValue(HTTP);
    assertThat(plain.collision(published, true)).hasValue(HTTP);
    assertThat(plain.plus(published).unshared()).isEqualTo(plain);
    assertThat(Ports.words(Ports.shared(Ports.code(53, true)))).isEqualTo("53/udp");
  }

  @Property
  void ports_collide_exactly_when_one_is_of_both(
      @ForAll @Size(max = 20) List<@IntRange(min = 1, max = 40) Integer> one,
      @ForAll @Size(max = 20) List<@IntRange(min = 1, max = 40) Integer> other) {
    var ports = Ports.of(one.stream().map(PortsTest::code).toList());
    var taken = Ports.of(other.stream().map(PortsTest::code).toList());

    assertThat(ports.collision(taken, false).isPresent())
        .isEqualTo(
            one.stream().anyMatch(port -> other.stream().anyMatch(it -> it / 2 == port / 2)));
    assertThat(ports.collision(taken, false).isPresent())
        .isEqualTo(taken.collision(ports, false).isPresent());
    assertThat(ports.plus(taken)).isEqualTo(taken.plus(ports));
    assertThat(Ports.of(ports.codes())).isEqualTo(ports);
  }

  /** Half of them published. */
  private static int code(int number) {
    int port = Ports.code(number / 2 + 1, false);
    return number % 2 == 0 ? Ports.shared(port) : port;
  }
}
