package dev.regrow.cli.local;

import dev.regrow.cli.Failure;
import dev.regrow.cli.Terminal;
import dev.regrow.cli.local.Found.State;
import dev.regrow.client.Context;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The nodes of this machine's cluster: n1 on 127.0.0.1, n2 on 127.0.0.2 and so on; or from another
 * loopback address on.
 */
final class LocalNodes {

  private static final String LOOPBACK = "127(\\.[0-9]{1,3}){3}";

  /** The last of 127.0.0.x that is no broadcast address. */
  private static final int MOST = 254;

  private final Terminal terminal;
  private final Launcher launcher;
  private final LocalCluster cluster;
  private final String bind;
  private final StartOptions options;

  /**
   * @param options for the nodes that are started
   */
  LocalNodes(
      Terminal terminal,
      Launcher launcher,
      LocalCluster cluster,
      String bind,
      StartOptions options) {
    this.terminal = terminal;
    this.launcher = launcher;
    this.cluster = cluster;
    this.bind = bind;
    this.options = options;
  }

  /**
   * Brings all nodes to readiness: those that there were, and new ones up to that many.
   *
   * @param earlier what is known of this cluster from before
   * @return the context of the first, with all nodes in it
   */
  Context up(int wanted, Optional<Context> earlier, Duration timeout) {
    requireAddresses(wanted);
    var contexts = startKnown(lineup(cluster.found(), wanted).continuing(), timeout);
    // Whoever was removed while it was down has heard so by now, and who was joining may be in.
    var found = cluster.found();
    var lineup = lineup(found, wanted);
    var came = new TreeSet<>(lineup.continuing());
    came.removeAll(contexts.keySet());
    contexts.putAll(startKnown(came, timeout));
    lineup.leftOut().forEach((number, why) -> terminal.say(words(number, why)));
    if (contexts.isEmpty()) {
      throw refusal(Lineup.Obstacle.ALL_REMOVED, found);
    }
    var admin = withToken(first(contexts), lineup, earlier);
    var joined = join(lineup, found, contexts, admin, timeout);
    contexts.putAll(joined);
    var all =
        admin
            .at(first(contexts).address())
            .withNodes(
                contexts.values().stream().flatMap(context -> context.nodes().stream()).toList());
    int keepers = StoreKeepers.of(joined.isEmpty() ? wanted : lineup.all().size());
    new StoreKeepers(terminal, all).become(keepers, timeout);
    new Acquaintance(terminal).await(all);
    return all;
  }

  private Lineup.Nodes lineup(SortedMap<Integer, Found> found, int wanted) {
    var lineup = Lineup.of(found, wanted);
    if (lineup instanceof Lineup.Refused refused) {
      throw refusal(refused.obstacle(), found);
    }
    var nodes = (Lineup.Nodes) lineup;
    requireAddresses(nodes.all().last());
    return nodes;
  }

  /** All at once: no server is ready before a majority of them is there. */
  private SortedMap<Integer, Context> startKnown(SortedSet<Integer> numbers, Duration timeout) {
    var starts = new NodeStarts();
    numbers.forEach(number -> starts.begin(number, start(number, List.of())));
    return starts.await(timeout);
  }

  /** All at once: most of a start is work that others do not wait for. */
  private SortedMap<Integer, Context> join(
      Lineup.Nodes lineup,
      SortedMap<Integer, Found> found,
      SortedMap<Integer, Context> contexts,
      Context admin,
      Duration timeout) {
    if (lineup.joining().isEmpty()) {
      return new TreeMap<>();
    }
    lineup.joining().stream()
        .filter(number -> found.getOrDefault(number, Found.NOTHING).is(State.FOUNDING))
        .map(LocalCluster::nameOf)
        .filter(name -> cluster.process(name).isEmpty())
        .forEach(cluster::forgetFounding);
    var through = through(found, contexts).replaceFirst("^https?://", "");
    try (var invitation = Invitation.to(admin, cluster.data().resolve("join-token"), terminal)) {
      var token = invitation.file().toString();
      var starts = new NodeStarts();
      for (int number : lineup.joining()) {
        var known = found.getOrDefault(number, Found.NOTHING);
        var role = known.isInside() ? known.role() : roleOf(number, lineup.all());
        starts.begin(
            number,
            start(number, List.of("--join", through, "--join-token-file", token, "--role", role)));
      }
      return starts.await(timeout);
    }
  }

  private static Context first(SortedMap<Integer, Context> contexts) {
    return contexts.values().iterator().next();
  }

  /** Only servers let others in. */
  private static String through(
      SortedMap<Integer, Found> found, SortedMap<Integer, Context> contexts) {
    return contexts.entrySet().stream()
        .filter(one -> found.getOrDefault(one.getKey(), Found.NOTHING).keepsStore())
        .findFirst()
        .map(Map.Entry::getValue)
        .orElse(first(contexts))
        .address();
  }

  /** The first ones keep the store. */
  private static String roleOf(int number, SortedSet<Integer> all) {
    return all.headSet(number).size() < StoreKeepers.of(all.size()) ? "server" : "worker";
  }

  private NodeStart start(int number, List<String> joining) {
    var where = new ArrayList<>(List.of("--bind", address(number)));
    where.addAll(joining);
    return new NodeStart(
        terminal, launcher, cluster, LocalCluster.nameOf(number), where, options.of(number));
  }

  /** The admin's token is with the node that founded the cluster; and with those who use it. */
  private Context withToken(Context context, Lineup.Nodes lineup, Optional<Context> earlier) {
    var ofNodes =
        Stream.concat(lineup.continuing().stream(), lineup.leftOut(Lineup.Why.REMOVED))
            .map(LocalCluster::nameOf)
            .flatMap(name -> cluster.nodeContext(name).stream());
    var token =
        Stream.concat(ofNodes, earlier.stream())
            .map(Context::token)
            .filter(text -> !text.isEmpty())
            .findFirst()
            .orElseThrow(
                () ->
                    Failure.error(
                        "the nodes run, but the admin's token, which was in %s/n1, is lost, and the context file has none of this cluster\nwith one that has: sudo REGROW_CONTEXT=FILE regrow up"
                            .formatted(cluster.data())));
    return new Context(
        context.address(), token, context.ca(), context.namespace(), context.nodes());
  }

  private void requireAddresses(int highest) {
    if (highest < 1 || highest > MOST) {
      throw Failure.usage("--nodes %d is not 1 to %d".formatted(highest, MOST));
    }
    if (highest > 1 && (!bind.matches(LOOPBACK) || lastOctet() + highest - 1 > MOST)) {
      throw Failure.usage(
          "n%d needs a loopback address of its own, counted from --bind on, as 127.0.0.2 for n2 from 127.0.0.1"
              .formatted(highest));
    }
  }

  private String address(int number) {
    return number == 1 ? bind : bind.replaceFirst("[0-9]+$", "") + (lastOctet() + number - 1);
  }

  private int lastOctet() {
    return Integer.parseInt(bind.substring(bind.lastIndexOf('.') + 1));
  }

  private String words(int number, Lineup.Why why) {
    var name = LocalCluster.nameOf(number);
    return switch (why) {
      case REMOVED ->
          "node %s was removed from the cluster for good and stays out; to use its name again: sudo rm -r %s"
              .formatted(name, cluster.nodeData(name));
      case OF_ANOTHER_CLUSTER ->
          "node %s is of another cluster and stays out; if nothing of it is needed: sudo rm -r %s"
              .formatted(name, cluster.nodeData(name));
      case WITNESS -> "node %s is a witness and is left to who started it".formatted(name);
    };
  }

  private Failure refusal(Lineup.Obstacle obstacle, SortedMap<Integer, Found> found) {
    var others =
        String.join(
            ", ",
            found.keySet().stream()
                .filter(number -> number != Lineup.FIRST)
                .map(LocalCluster::nameOf)
                .toList());
    return Failure.error(
        switch (obstacle) {
          case NO_SERVER ->
              "%s holds no node, and none of the others here (%s) keeps the store, so they cannot come up; no cluster is founded beside theirs\nbring it back from a copy, or begin anew: sudo regrow down --purge, then sudo regrow up, and regrow cluster restore FILE if there is a backup"
                  .formatted(cluster.nodeData("n1"), others);
          case SEVERAL_CLUSTERS ->
              "%s holds no node, and the others here (%s) are of several clusters: which one to start is not clear\nmove the directories of the others elsewhere (identity/cluster-id in each says which it is of), then: sudo regrow up"
                  .formatted(cluster.nodeData("n1"), others);
          case ALL_REMOVED ->
              "no node in %s is in a cluster any more: it was removed for good\nto found a new cluster: sudo regrow down --purge, then sudo regrow up"
                  .formatted(cluster.data());
        });
  }
}
