package dev.regrow.runtime.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class AddressesTest {

  @Property
  void a_chosen_range_collides_with_no_route_and_is_the_same_for_the_same_machine(
      @ForAll int seed, @ForAll("routes") List<Subnet> routes) {
    var chosen = Addresses.choose(seed, routes);

    assertThat(Addresses.choose(seed, routes)).isEqualTo(chosen);
    chosen.ifPresentOrElse(
        range -> {
          assertThat(routes).noneMatch(range::overlaps);
          assertThat(Subnet.parse("10.208.0.0/12").orElseThrow().contains(range.first())).isTrue();
        },
        () -> assertThat(all()).allMatch(range -> routes.stream().anyMatch(range::overlaps)));
  }

  private static List<Subnet> all() {
    return IntStream.range(0, 1 << 12)
        .mapToObj(seed -> Addresses.choose(seed, List.of()).orElseThrow())
        .distinct()
        .toList();
  }

  @Property(tries = 100)
  void another_node_of_the_machine_gets_another_range(@ForAll int one, @ForAll int other) {
    var first = Addresses.choose(one, List.of()).orElseThrow();
    var second = Addresses.choose(other, List.of(first)).orElseThrow();

    assertThat(first.overlaps(second)).isFalse();
  }

  @Test
  void where_all_is_taken_there_is_none() {
    assertThat(Addresses.choose(7, List.of(Subnet.parse("10.0.0.0/8").orElseThrow()))).isEmpty();
  }

  @Property
  void nobody_gets_what_another_has_nor_what_is_the_machines(
      @ForAll List<Boolean> takings, @ForAll @IntRange(min = 26, max = 29) int length) {
    var range = new Subnet(Ipv4.parse("10.210.4.0").orElseThrow(), length);
    var addresses = new Addresses(range);
    var held = new ArrayDeque<Ipv4>();

    for (boolean taking : takings) {
      if (taking) {
        addresses.take().ifPresent(held::add);
      } else if (!held.isEmpty()) {
        addresses.giveBack(held.remove());
      }
      assertThat(new HashSet<>(held)).hasSameSizeAs(held);
      assertThat(held)
          .allMatch(range::contains)
          .doesNotContain(range.first(), range.gateway(), range.first().plus(range.size() - 1));
    }
  }

  @Test
  void what_was_given_back_last_is_given_out_last() {
    var addresses = new Addresses(Subnet.parse("10.210.4.0/29").orElseThrow());
    var first = addresses.take().orElseThrow();
    addresses.giveBack(first);

    for (int i = 0; i < 4; i++) {
      assertThat(addresses.take().orElseThrow()).isNotEqualTo(first);
    }
    assertThat(addresses.take()).contains(first);
    assertThat(addresses.take()).isEmpty();
  }

  @Test
  void an_adopted_address_is_taken_once() {
    var addresses = new Addresses(Subnet.parse("10.210.4.0/22").orElseThrow());
    var address = Ipv4.parse("10.210.5.7").orElseThrow();

    assertThat(addresses.take(address)).isTrue();
    assertThat(addresses.take(address)).isFalse();
    assertThat(addresses.take(Ipv4.parse("10.210.4.1").orElseThrow())).isFalse();
    assertThat(addresses.take(Ipv4.parse("192.0.2.1").orElseThrow())).isFalse();
  }

  @Test
  void the_routes_of_a_machine_are_read_without_the_default_one() {
    var text =
        """
        Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT
        eth0	00000000	010200C0	0003	0	0	0	00000000	0	0	0
        eth0	000200C0	00000000	0001	0	0	0	00FFFFFF	0	0	0
        """;

    assertThat(Subnet.routes(text)).containsExactly(Subnet.parse("192.0.2.0/24").orElseThrow());
  }

  @Property
  void an_address_is_read_as_it_is_written(@ForAll int bits) {
    var address = new Ipv4(bits);

    assertThat(Ipv4.parse(address.toString())).contains(address);
  }

  @Provide
  Arbitrary<List<Subnet>> routes() {
    return Combinators.combine(
            Arbitraries.integers(),
            Arbitraries.integers().between(0, 16),
            Arbitraries.integers().between(14, 32))
        .as((bits, high, length) -> new Subnet(new Ipv4(0x0ad00000 | (bits & 0xfffff)), length))
        .list()
        .ofMaxSize(12);
  }
}
