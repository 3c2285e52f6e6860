package dev.regrow.runtime.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.runtime.ServedPort;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class RulesetTest {

  private static final Subnet RANGE = Subnet.parse("10.210.4.0/22").orElseThrow();

  @Test
  void two_ready_instances_share_a_published_port_evenly() {
    var text =
        Ruleset.replacing(
            state(Map.of(), List.of(published(80, 2, 8080), published(80, 3, 8080)), false));

    assertThat(text)
        .contains(
            "ip daddr 127.0.0.1 meta nfproto ipv4 tcp dport 80 dnat ip to numgen random mod 2 map"
                + " { 0 : 10.210.4.2 . 8080, 1 : 10.210.4.3 . 8080 }");
  }

  @Test
  void a_port_on_all_addresses_is_one_of_each_that_the_machine_has() {
    var text =
        Ruleset.replacing(
            state(
                Map.of(),
                List.of(new Published(new ServedPort(true, "0.0.0.0", 53, 5353), address(2))),
                false));

    assertThat(text).contains("fib daddr type local meta nfproto ipv4 udp dport 53 dnat ip to");
  }

  @Test
  void what_nobody_is_ready_for_leads_nowhere() {
    assertThat(Ruleset.replacing(state(Map.of(), List.of(), false))).doesNotContain("dnat ip to");
  }

  @Test
  void only_where_forwarding_is_our_doing_is_that_of_others_refused() {
    assertThat(Ruleset.replacing(state(Map.of(), List.of(), false))).doesNotContain("foreign");
    assertThat(Ruleset.replacing(state(Map.of(), List.of(), true))).contains("jump foreign");
  }

  @Test
  void it_replaces_its_own_table_and_names_no_other() {
    var text = Ruleset.replacing(state(Map.of(), List.of(), true));

    assertThat(text)
        .startsWith(
            "table inet regrow-a1b2 {}\ndelete table inet regrow-a1b2\ntable inet regrow-a1b2 {\n");
    assertThat(text.lines().filter(line -> line.contains("table")))
        .allMatch(line -> line.contains("regrow-a1b2"));
    assertThat(text).doesNotContain("flush");
  }

  @Property
  void instances_reach_each_other_exactly_within_their_namespace(
      @ForAll @Size(max = 20) List<@IntRange(max = 3) Integer> namespaces) {
    var tenants = tenants(namespaces);

    var lines = Ruleset.replacing(state(tenants, List.of(), false)).lines().toList();

    for (var addresses : tenants.values()) {
      var sets =
          lines.stream()
              .filter(line -> line.startsWith("  set "))
              .filter(line -> addresses.stream().anyMatch(it -> names(line, it)))
              .toList();
      assertThat(sets).hasSize(addresses.size() > 1 ? 1 : 0);
      for (var set : sets) {
        assertThat(addresses).allMatch(it -> names(set, it));
        tenants.values().stream()
            .filter(others -> others != addresses)
            .forEach(others -> assertThat(others).noneMatch(it -> names(set, it)));
        var name = set.trim().split(" ", -1)[1];
        assertThat(lines).contains("    ip saddr @%1$s ip daddr @%1$s accept".formatted(name));
      }
    }
  }

  @Property
  void equal_states_give_equal_texts_whatever_their_order(
      @ForAll @Size(max = 12) List<@IntRange(max = 3) Integer> namespaces, @ForAll long seed) {
    var published = new ArrayList<Published>();
    for (int i = 0; i < namespaces.size(); i++) {
      published.add(published(80 + namespaces.get(i), 2 + i, 8080));
    }
    var tenants = tenants(namespaces);
    var shuffled = new ArrayList<>(published);
    Collections.shuffle(shuffled, new Random(seed));
    var names = new ArrayList<>(tenants.keySet());
    Collections.shuffle(names, new Random(seed));
    var reordered = new LinkedHashMap<String, List<Ipv4>>();
    names.forEach(name -> reordered.put(name, tenants.get(name)));

    assertThat(Ruleset.replacing(state(reordered, shuffled, true)))
        .isEqualTo(Ruleset.replacing(state(tenants, published, true)));
  }

  private static boolean names(String line, Ipv4 address) {
    return (line.replace(',', ' ') + " ").contains(" " + address + " ");
  }

  private static Map<String, List<Ipv4>> tenants(List<Integer> namespaces) {
    var tenants = new LinkedHashMap<String, List<Ipv4>>();
    for (int i = 0; i < namespaces.size(); i++) {
      tenants
          .computeIfAbsent("ns" + namespaces.get(i), none -> new ArrayList<>())
          .add(address(2 + i));
    }
    return tenants;
  }

  private static Ipv4 address(int place) {
    return RANGE.first().plus(place);
  }

  private static Published published(int port, int place, int target) {
    return new Published(new ServedPort(false, "127.0.0.1", port, target), address(place));
  }

  private static Ruleset.State state(
      Map<String, List<Ipv4>> tenants, List<Published> published, boolean guarded) {
    return new Ruleset.State("regrow-a1b2", "rga1b2v", RANGE, tenants, published, guarded);
  }
}
