package dev.regrow.chaos.lab;

import dev.regrow.chaos.fault.Fault;
import dev.regrow.chaos.fault.Injector.Injection;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Random;
import java.util.TreeSet;

/** Cut links and bad ones. Several at once add up, and each takes back only what is its own. */
final class LinkFaults {

  private record Bad(NavigableSet<Cut> links, LinkTrouble trouble) {}

  private final Lab lab;
  private final Random seeds;
  private final Map<Integer, Collection<Cut>> cuts = new HashMap<>();
  private final Map<Integer, Bad> bad = new HashMap<>();
  private int number;

  LinkFaults(Lab lab, Random seeds) {
    this.lab = lab;
    this.seeds = seeds;
  }

  Injection partition(Fault fault) {
    var all = lab.names();
    return switch (fault.kind()) {
      case PARTITION -> cut(Cuts.apart(fault.on(), all));
      case PARTITION_ONE_WAY -> cut(links(fault));
      case PARTITION_BRIDGE -> {
        var ends = all.stream().filter(each -> !fault.on().contains(each)).toList();
        int half = ends.size() / 2;
        yield cut(Cuts.between(ends.subList(0, half), ends.subList(half, ends.size())));
      }
      case PARTITION_RING -> cut(Cuts.majoritiesRing(all));
      default -> throw new IllegalArgumentException(fault + " is no partition");
    };
  }

  private Injection cut(NavigableSet<Cut> links) {
    lab.cut(links);
    int own = number++;
    cuts.put(own, links);
    return Injection.of("cut: " + links, () -> heal(own, links));
  }

  private void heal(int own, NavigableSet<Cut> links) {
    cuts.remove(own);
    var healed = new TreeSet<>(links);
    cuts.values().forEach(healed::removeAll);
    lab.heal(healed);
  }

  boolean anyCut() {
    return !cuts.isEmpty();
  }

  Injection trouble(Fault fault) {
    var one = new Bad(links(fault), LinkTrouble.of(fault));
    int own = number++;
    bad.put(own, one);
    apply(one.links());
    return Injection.of(
        "%s on %s".formatted(fault.kind(), one.links()),
        () -> {
          bad.remove(own);
          apply(one.links());
        });
  }

  private void apply(Collection<Cut> links) {
    for (Cut link : links) {
      var all =
          bad.values().stream()
              .filter(each -> each.links().contains(link))
              .map(Bad::trouble)
              .reduce(LinkTrouble.NONE, LinkTrouble::and);
      lab.trouble(link, all, seeds.nextLong());
    }
  }

  /** All that they send, to all others when nobody is named. */
  private NavigableSet<Cut> links(Fault fault) {
    var to = fault.to().isEmpty() ? lab.names() : fault.to();
    var links = new TreeSet<Cut>();
    for (String from : fault.on()) {
      to.stream()
          .filter(each -> !each.equals(from))
          .forEach(each -> links.add(new Cut(from, each)));
    }
    return links;
  }
}
