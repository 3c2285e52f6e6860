package dev.regrow.cli.command;

import dev.regrow.cli.ExitCode;
import dev.regrow.cli.Failure;
import dev.regrow.cli.Output;
import dev.regrow.cli.Table;
import dev.regrow.cli.Terminal;
import dev.regrow.cli.usage.Usage;
import dev.regrow.client.Calls;
import dev.regrow.v1.Cluster;
import dev.regrow.v1.Member;
import dev.regrow.v1.NodePhase;
import dev.regrow.v1.StoreServer;
import java.util.List;
import java.util.Locale;

/** {@code cluster}: how the cluster as a whole is. */
public final class ClusterCommand extends Base {

  private String action = "";

  private final Output output = new Output();

  public ClusterCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  Usage own() {
    return Usage.of("cluster", "Show the cluster's members, its store, and what it could lose.")
        .argument("ACTION", "status, or upgrade.", text -> action = text)
        .with(output::declare)
        .footer("Examples:", "  regrow cluster status", "  regrow cluster status -o json");
  }

  @Override
  public int run() {
    var cluster =
        switch (action) {
          case "status" -> client().send(Calls.cluster());
          case "upgrade" -> client().send(Calls.raiseFeatureLevel());
          default -> throw Failure.usage("cluster " + action + ": it is status or upgrade");
        };
    if (output.isTable()) {
      show(cluster);
    } else {
      output.show(terminal, cluster, Cluster::getId);
    }
    return ExitCode.OK;
  }

  private void show(Cluster cluster) {
    var store = cluster.getStore();
    terminal.print("cluster    " + cluster.getId());
    terminal.print("leader     " + (cluster.getLeader().isEmpty() ? "-" : cluster.getLeader()));
    terminal.print("store      " + store.getMessage());
    terminal.print("outlook    " + store.getOutlook());
    terminal.print(
        "holds      %d workloads, %d instances, at index %d"
            .formatted(cluster.getWorkloads(), cluster.getInstances(), cluster.getIndex()));
    terminal.print("release    " + release(cluster));
    terminal.print("");
    table(cluster).print(terminal);
  }

  private static String release(Cluster cluster) {
    var releases =
        cluster.getMembersList().stream().map(Member::getVersion).distinct().sorted().toList();
    var text =
        "%s, feature level %d".formatted(String.join(" and ", releases), cluster.getFeatureLevel());
    return cluster.getFeatureLevelKnown() > cluster.getFeatureLevel()
        ? "%s; when no node is to go back: regrow cluster upgrade (to %d)"
            .formatted(text, cluster.getFeatureLevelKnown())
        : text;
  }

  private static Table table(Cluster cluster) {
    var table = new Table("NODE", "PHASE", "ROLES", "STORE", "LAG", "ADDRESS");
    for (var member : cluster.getMembersList()) {
      var server =
          cluster.getStore().getServersList().stream()
              .filter(one -> one.getNode().equals(member.getName()))
              .findFirst();
      table.row(
          List.of(
              member.getName(),
              phase(member.getPhase()),
              String.join(",", member.getRolesList()),
              server.map(ClusterCommand::words).orElse("-"),
              server.map(one -> one.getLag() < 0 ? "?" : Long.toString(one.getLag())).orElse("-"),
              member.getAddress()));
    }
    return table;
  }

  private static String words(StoreServer server) {
    var what = server.getLeader() ? "leads" : server.getVoter() ? "votes" : "listens";
    return server.getReachable() ? what : what + ", unreachable";
  }

  private static String phase(NodePhase phase) {
    var text = phase.name().substring("NODE_".length());
    return text.charAt(0) + text.substring(1).toLowerCase(Locale.ROOT);
  }
}
