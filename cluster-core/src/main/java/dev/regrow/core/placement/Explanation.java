package dev.regrow.core.placement;

import dev.regrow.core.model.Constraints.Policy;
import dev.regrow.core.model.Demand;
import dev.regrow.core.model.Ports;
import dev.regrow.core.placement.Layout.Domain;
import dev.regrow.core.placement.Layout.Tier;
import dev.regrow.core.placement.PassedOver.Reason;
import dev.regrow.core.placement.Placement.Choice;
import dev.regrow.core.placement.Placement.Request;
import java.util.stream.IntStream;

/** Says why a node was chosen, and of each of the others why it was not. */
final class Explanation {

  private static final long MEBIBYTE = 1L << 20;

  private static final Reason NOT_DRAWN =
      new Reason("drawn", "was not drawn", "were not among those drawn");

  private final Request request;
  private final Fleet fleet;
  private final Reasons reasons;

  Explanation(Request request, Fleet fleet) {
    this.request = request;
    this.fleet = fleet;
    reasons = new Reasons(fleet.size());
  }

  Placed.Nowhere nowhere() {
    var layout = fleet.layout(request.where());
    addUnmet(layout);
    layout.tiers().forEach(this::addObstacles);
    var all = reasons.all();
    var why = all.isEmpty() ? "no node has joined yet" : Reasons.words(all);
    return new Placed.Nowhere(why, all);
  }

  private void addObstacles(Tier tier) {
    for (var domain : tier.domains()) {
      for (int index : domain.nodes()) {
        reasons.add(fleet.get(index).node().name(), obstacle(fleet.get(index)));
      }
    }
  }

  Placed.On on(Choice choice) {
    var layout = fleet.layout(request.where());
    int weighed = addDomain(choice);
    for (var tier : layout.tiers()) {
      for (var domain : tier.domains()) {
        if (!domain.equals(choice.domain())) {
          addOthers(choice, tier, domain);
        }
      }
    }
    addUnmet(layout);
    var all = reasons.all();
    var why = why(choice, weighed) + (all.isEmpty() ? "" : "; " + Reasons.words(all));
    return new Placed.On(choice.node().node(), why, all);
  }

  private void addUnmet(Layout layout) {
    layout.unmet().forEach((reason, nodes) -> add(nodes, reason));
  }

  /** Nodes that one reason holds for: their names only where they are few. */
  private void add(int[] nodes, Reason reason) {
    if (nodes.length > Reasons.FEW) {
      reasons.add(nodes.length, reason);
    } else {
      IntStream.of(nodes).forEach(index -> reasons.add(fleet.get(index).node().name(), reason));
    }
  }

  /** The nodes among which the choice was made; returns how many fitted. */
  private int addDomain(Choice choice) {
    var drawn = choice.drawn();
    var looked = drawn == null ? choice.domain().nodes() : drawn;
    int fitting = 0;
    for (int index : looked) {
      var node = fleet.get(index);
      boolean fits = request.fits(node);
      fitting += fits ? 1 : 0;
      if (!isChosen(choice, node)) {
        reasons.add(node.node().name(), fits ? worse(choice, node) : obstacle(node));
      }
    }
    reasons.add(choice.domain().nodes().length - looked.length, NOT_DRAWN);
    return fitting;
  }

  private Reason worse(Choice choice, Candidate node) {
    int more = request.siblings().on(node) - request.siblings().on(choice.node());
    boolean packs = request.where().policy() == Policy.PACK;
    if (!packs && more > 0) {
      int there = request.siblings().on(node);
      return new Reason(
          "siblings", "has " + there + " of its instances", "have more of its instances");
    }
    if (node.load() == choice.node().load()) {
      return new Reason("equal", "is as good and lost the draw", "are as good and lost the draw");
    }
    return packs
        ? new Reason("emptier", "is emptier", "are emptier")
        : new Reason("fuller", "is fuller", "are fuller");
  }

  /** Nodes of a domain or tier that was not chosen: it comes later, or nothing in it fits. */
  private void addOthers(Choice choice, Tier tier, Domain domain) {
    if (tier.weight() < choice.tier().weight()) {
      add(domain.nodes(), new Reason("preferred", "is preferred less", "are preferred less"));
      return;
    }
    boolean same = tier.weight() == choice.tier().weight();
    boolean none = IntStream.of(domain.nodes()).noneMatch(i -> request.fits(fleet.get(i)));
    if (none || !same) {
      IntStream.of(domain.nodes())
          .forEach(i -> reasons.add(fleet.get(i).node().name(), obstacle(fleet.get(i))));
      return;
    }
    var words = domain.words(Layout.domainLabels(request.where()));
    add(
        domain.nodes(),
        new Reason(
            "domain " + words,
            "is in " + words + ", which has no fewer of its instances",
            "are in " + words + ", which has no fewer of its instances"));
  }

  /** Why an instance cannot go to this node. */
  private Reason obstacle(Candidate node) {
    if (!node.open()) {
      return node.access().reason();
    }
    var refusal = request.avoided().get(node.node().uid());
    if (refusal != null) {
      return new Reason("refused", "refused: " + refusal, "refused");
    }
    return lack(request.demand(), node);
  }

  private static Reason lack(Demand demand, Candidate node) {
    var missing = demand.minus(node.free());
    if (missing.memoryBytes() > 0) {
      return lack("memory", mebibytes(missing.memoryBytes()), missing.memoryBytes());
    }
    if (missing.cpuMillis() > 0) {
      return lack("cpu", missing.cpuMillis() + "m", missing.cpuMillis());
    }
    if (missing.pids() > 0) {
      return lack("pids", Long.toString(missing.pids()), missing.pids());
    }
    var taken = demand.ports().common(node.reserved().ports());
    if (taken.isPresent()) {
      var port = Ports.words(taken.getAsInt());
      return new Reason(
          "port " + port, "has given away port " + port, "have given away port " + port);
    }
    throw new IllegalStateException("nothing keeps it from " + node.node());
  }

  private static Reason lack(String what, String amount, long missing) {
    return new Reason(what, "lacks %s %s".formatted(amount, what), "lack " + what, missing);
  }

  private static String mebibytes(long bytes) {
    // Rounded up: less than the amount that is missing would not help.
    return (bytes + MEBIBYTE - 1) / MEBIBYTE + " MiB";
  }

  private String why(Choice choice, int fitting) {
    var node = choice.node();
    long percent = Math.round(node.load() * 100);
    if (fitting == 1 && reasonsAreObstacles(choice)) {
      return "the only node that fits";
    }
    return request.where().policy() == Policy.PACK
        ? "the fullest that fits, %d%% reserved, of %d nodes".formatted(percent, fitting)
        : "%d of its instances there, %d%% reserved, best of %d nodes%s"
            .formatted(request.siblings().on(node), percent, fitting, preferred(choice));
  }

  private static String preferred(Choice choice) {
    return choice.tier().weight() > 0 ? " that are preferred" : "";
  }

  /** Whether nothing else fits anywhere. */
  private boolean reasonsAreObstacles(Choice choice) {
    return choice.drawn() == null
        && IntStream.range(0, fleet.size())
            .mapToObj(fleet::get)
            .noneMatch(node -> !isChosen(choice, node) && request.fits(node) && meets(node));
  }

  private static boolean isChosen(Choice choice, Candidate node) {
    return node.node().equals(choice.node().node());
  }

  private boolean meets(Candidate node) {
    return request.where().require().stream()
        .allMatch(rule -> rule.meets(node.label(rule.label())));
  }
}
