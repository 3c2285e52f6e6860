package dev.regrow.cli.command;

import dev.regrow.cli.ExitCode;
import dev.regrow.cli.Failure;
import dev.regrow.cli.Output;
import dev.regrow.cli.Table;
import dev.regrow.cli.Terminal;
import dev.regrow.cli.usage.Usage;
import dev.regrow.client.Calls;
import dev.regrow.client.FileTrouble;
import dev.regrow.v1.Cluster;
import dev.regrow.v1.Member;
import dev.regrow.v1.NodePhase;
import dev.regrow.v1.StoreServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** {@code cluster}: how the cluster as a whole is, and its backup. */
public final class ClusterCommand extends Base {

  private String action = "";

  private @Nullable Path file;

  private boolean withKey;

  private @Nullable Path key;

  private final Output output = new Output();

  public ClusterCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  Usage own() {
    return Usage.of(
            "cluster",
            "Show the cluster's members, its store, and what it could lose; make a backup of what"
                + " is declared, or fill an empty cluster with one.")
        .argument(
            "ACTION", "status, upgrade, rotate-key, backup or restore.", text -> action = text)
        .arguments("FILE", "Of the backup.", 0, 1, text -> file = Path.of(text))
        .flag("--with-key", "backup: with the keys of the secrets.", () -> withKey = true)
        .option(
            "--key",
            "FILE",
            "restore: the keys of the backup's secrets (identity/secret-keys of one of its"
                + " servers).",
            text -> key = Path.of(text))
        .with(output::declare)
        .footer(
            "A backup holds all that is declared, with revisions, events and the hashes of tokens"
                + " (no token,",
            "and no key of the cluster, unless asked with --with-key). Its file is for its owner"
                + " only. restore takes it into a cluster in",
            "which nothing is declared; nodes and instances are that cluster's own.",
            "",
            "Examples:",
            "  regrow cluster status",
            "  regrow cluster backup /srv/backup/regrow-monday",
            "  regrow cluster restore /srv/backup/regrow-monday");
  }

  @Override
  public int run() {
    switch (action) {
      case "status" -> answer(client().send(Calls.cluster()));
      case "upgrade" -> answer(client().send(Calls.raiseFeatureLevel()));
      case "rotate-key" -> {
        client().send(Calls.rotateSecretKey());
        terminal.print("all secrets are sealed by a new key");
      }
      case "backup" -> backup(needed());
      case "restore" -> restore(needed());
      default ->
          throw Failure.usage(
              "cluster " + action + ": it is status, upgrade, rotate-key, backup or restore");
    }
    return ExitCode.OK;
  }

  private Path needed() {
    var given = file;
    if (given == null) {
      throw Failure.usage("cluster " + action + ": which FILE?");
    }
    return given;
  }

  /** Read again before it counts: a backup that cannot be restored is none. */
  private void backup(Path into) {
    var bytes = client().backup(withKey);
    try {
      var header = Backups.check(bytes);
      Backups.write(into, bytes);
      terminal.print(
          "%s: %d records at index %d of cluster %s, %s the key of the secrets"
              .formatted(
                  into,
                  header.getEntries(),
                  header.getIndex(),
                  header.getClusterId(),
                  header.getWithKey() ? "with" : "without"));
    } catch (IOException e) {
      throw Failure.error("no backup was made at " + into + ": " + FileTrouble.words(e));
    }
  }

  private void restore(Path from) {
    try {
      var bytes = Files.readAllBytes(from);
      var header = Backups.check(bytes);
      var keys = key;
      var sent = keys == null ? bytes : Backups.withKeys(bytes, Files.readAllBytes(keys));
      if (keys == null
          && !header.getWithKey()
          && Backups.hasSecrets(new ByteArrayInputStream(bytes))) {
        terminal.say(
            "warning: the backup holds secrets but not their keys; give them with --key, or set the"
                + " secrets anew");
      }
      var cluster = client().send(Calls.restore(sent));
      terminal.print(
          "restored %d workloads from the backup of %s of cluster %s; they are placed now"
              .formatted(
                  cluster.getWorkloads(),
                  Instant.ofEpochMilli(header.getMadeAt()),
                  header.getClusterId()));
    } catch (NoSuchFileException e) {
      throw Failure.error("there is no " + from);
    } catch (IOException e) {
      throw Failure.error("nothing was restored from " + from + ": " + FileTrouble.words(e));
    }
  }

  private void answer(Cluster cluster) {
    if (output.isTable()) {
      show(cluster);
    } else {
      output.show(terminal, cluster, Cluster::getId);
    }
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
    for (var member : cluster.getMembersList()) {
      for (var trouble : member.getTroublesList()) {
        terminal.print("");
        terminal.print(member.getName() + ": " + trouble);
      }
    }
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
              member.getAddress().isEmpty()
                  ? server.map(StoreServer::getAddress).orElse("-")
                  : member.getAddress()));
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
