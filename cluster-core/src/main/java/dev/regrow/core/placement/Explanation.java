package dev.regrow.core.placement;

import dev.regrow.core.model.Constraints.Policy;
import dev.regrow.core.model.Demand;
import dev.regrow.core.model.Ports;
import dev.regrow.core.placement.Layout.Domain;
import dev.regrow.core.placement.Layout.Tier;
import dev.regrow.core.placement.PassedOver.Amount;
import dev.regrow.core.placement.PassedOver.Has;
import dev.regrow.core.placement.PassedOver.Lack;
import dev.regrow.core.placement.PassedOver.Reason;
import dev.regrow.core.placement.PassedOver.Said;
import dev.regrow.core.placement.Placement.Choice;
import dev.regrow.core.placement.Placement.Request;
import java.util.stream.IntStream;

/** Says why a node was chosen, and of each of the others why it was not. */
final class Explanation {

  private static final Reason EQUAL =
      new Said("equal", "is as good and lost the draw", "are as good and lost the draw");
  private static final Reason EMPTIER = new Said("emptier", "is emptier", "are emptier");
  private static final Reason FULLER = new Said("fuller", "is fuller", "are fuller");
  private static final Reason NOT_DRAWN =
      new Said("drawn", "was not drawn", "were not among those drawn");

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
    boolean packs = request.where().policy() == Policy.PACK;
    if (!packs && crowded(choice, node)) {
      return new Has(request.siblings().on(node));
    }
    if (node.load() == choice.load()) {
      return EQUAL;
    }
    return packs ? EMPTIER : FULLER;
  }

  private boolean crowded(Choice choice, Candidate node) {
    var siblings = request.siblings();
    return siblings.currentOn(node) > siblings.currentOn(choice.node())
        || siblings.on(node) > siblings.on(choice.node());
  }

  /** Nodes of a domain or tier that was not chosen: it comes later, or nothing in it fits. */
  private void addOthers(Choice choice, Tier tier, Domain domain) {
    if (tier.weight() < choice.tier().weight()) {
      add(domain.nodes(), new Said("preferred", "is preferred less", "are preferred less"));
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
        new Said(
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
      return new Said("refused", "refused: " + refusal, "refused");
    }
    return lack(request.demand(), node, request.siblings().on(node) > 0);
  }

  private static Reason lack(Demand demand, Candidate node, boolean bySiblings) {
    var capacity = node.capacity();
    var reserved = node.reserved();
    long memory = demand.memoryBytes() + reserved.memoryBytes() - capacity.memoryBytes();
    if (memory > 0) {
      return new Lack(Amount.MEMORY, memory);
    }
    long cpu = demand.cpuMillis() + reserved.cpuMillis() - capacity.cpuMillis();
    if (cpu > 0) {
      return new Lack(Amount.CPU, cpu);
    }
    long pids = demand.pids() + reserved.pids() - capacity.pids();
    if (pids > 0) {
      return new Lack(Amount.PIDS, pids);
    }
    var taken = demand.ports().collision(node.reserved().ports(), bySiblings);
    if (taken.isPresent()) {
      var port = Ports.words(taken.getAsInt());
      return new Said(
          "port " + port, "has given away port " + port, "have given away port " + port);
    }
    throw new IllegalStateException("nothing keeps it from " + node.node());
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

  @SuppressWarnings("ReferenceEquality") // Both are of this very fleet.
  private static boolean isChosen(Choice choice, Candidate node) {
    return node == choice.node();
  }

  private boolean meets(Candidate node) {
    return request.where().require().stream()
        .allMatch(rule -> rule.meets(node.label(rule.label())));
  }
}
