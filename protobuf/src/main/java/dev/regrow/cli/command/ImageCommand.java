package dev.regrow.cli.command;

import dev.regrow.cli.Durations;
import dev.regrow.cli.ExitCode;
import dev.regrow.cli.Failure;
import dev.regrow.cli.Output;
import dev.regrow.cli.Terminal;
import dev.regrow.cli.usage.Usage;
import dev.regrow.cli.view.ImageTables;
import dev.regrow.client.ApiException;
import dev.regrow.client.Calls;
import dev.regrow.client.Paging;
import dev.regrow.client.RegrowClient;
import dev.regrow.v1.ImagePull;
import dev.regrow.v1.ImagePullPhase;
import dev.regrow.v1.Node;
import dev.regrow.v1.NodeImage;
import dev.regrow.v1.NodeImageList;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** {@code image}: what nodes have of images. Each node is asked itself. */
public final class ImageCommand extends Base {

  private static final Duration PAUSE = Duration.ofMillis(200);

  private String action = "";

  private @Nullable String image;

  private @Nullable String node;

  private Duration timeout = Duration.ofMinutes(30);

  private final Output output = new Output();

  public ImageCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  Usage own() {
    return Usage.of("image", "List, pull and remove the images of nodes.")
        .argument("ACTION", "list, pull or rm.", text -> action = text)
        .optional(
            "IMAGE", "oci:HOST/NAME:TAG or layout:/PATH; rm: a digest too.", text -> image = text)
        .option("--node", "NODE", "Only that one (default: all).", text -> node = text)
        .option(
            "--timeout",
            "D",
            "How long to wait for a pull (default: 30m).",
            text -> timeout = Durations.parse(text))
        .with(output::declare)
        .footer(
            "A pull goes on when Ctrl-C ends the command, and one that was cut off goes on where it was.",
            "It shows registries what the node itself has (DATA/registry-auth.json). rm refuses what an",
            "instance runs from. Images that nothing uses go by themselves after 7 days.",
            "",
            "Examples:",
            "  regrow image list -o wide",
            "  regrow image pull oci:registry.example/web:1.4 --node n2",
            "  regrow image rm oci:registry.example/web:1.3");
  }

  @Override
  public int run() {
    if (!List.of("list", "pull", "rm").contains(action)) {
      throw Failure.usage("image " + action + ": it is list, pull or rm");
    }
    if (action.equals("list") != (image == null)) {
      throw Failure.usage(
          action.equals("list")
              ? "image list takes no IMAGE"
              : "say which: regrow image " + action + " IMAGE");
    }
    switch (action) {
      case "list" -> list();
      case "pull" -> pull(String.valueOf(image));
      default -> remove(String.valueOf(image));
    }
    return ExitCode.OK;
  }

  /** By name. */
  private Map<String, RegrowClient> nodes() {
    var found =
        node != null ? List.of(Lookup.node(client(), node)) : Paging.nodes(client()).getItemsList();
    var clients = new TreeMap<String, RegrowClient>();
    for (Node each : found) {
      if (!each.getAddress().isEmpty()) {
        clients.put(each.getName(), RegrowClient.of(client().context().at(each.getAddress())));
      }
    }
    return clients;
  }

  private void list() {
    var all = NodeImageList.newBuilder();
    var silent = new ArrayList<String>();
    nodes()
        .forEach(
            (name, at) -> {
              try {
                all.mergeFrom(at.send(Calls.images(name)));
              } catch (ApiException e) {
                silent.add("node %s: %s".formatted(name, e.getMessage()));
              }
            });
    show(all.build());
    silent.forEach(terminal::say);
    if (!silent.isEmpty() && all.getItemsCount() == 0) {
      throw Failure.error("no node could be asked for its images");
    }
  }

  private void show(NodeImageList list) {
    if (output.isTable()) {
      ImageTables.images(output.isWide(), System.currentTimeMillis(), list.getItemsList())
          .print(terminal);
      list.getPullsList().stream()
          .filter(pull -> pull.getPhase() == ImagePullPhase.PULLING)
          .forEach(pull -> terminal.say(words(pull)));
    } else if (output.form() == Output.Form.NAME) {
      list.getItemsList().stream().map(NodeImage::getImage).distinct().forEach(terminal::print);
    } else {
      output.show(terminal, list, each -> "");
    }
  }

  private void pull(String wanted) {
    var at = nodes();
    var state = new LinkedHashMap<String, ImagePull>();
    at.forEach((name, client) -> state.put(name, client.send(Calls.pullImage(name, wanted))));
    long deadline = System.nanoTime() + timeout.toNanos();
    try {
      while (state.values().stream().anyMatch(ImageCommand::isUnderWay)) {
        if (System.nanoTime() > deadline) {
          throw new Failure(
              ExitCode.TIMED_OUT,
              "not there after %s, and goes on".formatted(Durations.age(timeout)));
        }
        pause();
        state.replaceAll(
            (name, before) ->
                isUnderWay(before) ? after(at.getOrDefault(name, client()), before) : before);
        terminal.progress(
            state.values().stream()
                .filter(ImageCommand::isUnderWay)
                .map(ImageCommand::words)
                .collect(Collectors.joining("; ")));
      }
    } finally {
      terminal.clearProgress();
    }
    told(List.copyOf(state.values()));
  }

  private static boolean isUnderWay(ImagePull pull) {
    return pull.getPhase() == ImagePullPhase.PULLING;
  }

  private static ImagePull after(RegrowClient at, ImagePull before) {
    return at.send(Calls.images(before.getNode())).getPullsList().stream()
        .filter(pull -> pull.getImage().equals(before.getImage()))
        .findFirst()
        .orElseGet(
            () ->
                before.toBuilder()
                    .setPhase(ImagePullPhase.PULL_FAILED)
                    .setMessage("the node was restarted; pull again, it goes on where it was")
                    .build());
  }

  private static String words(ImagePull pull) {
    return "node %s pulls %s: %d/%d MB, %d/%d layers"
        .formatted(
            pull.getNode(),
            pull.getImage(),
            pull.getBytes() / 1_000_000,
            pull.getBytesInAll() / 1_000_000,
            pull.getLayers(),
            pull.getLayersInAll());
  }

  private void told(List<ImagePull> pulls) {
    if (output.isTable() || output.form() == Output.Form.NAME) {
      pulls.stream()
          .filter(pull -> pull.getPhase() == ImagePullPhase.PULLED)
          .forEach(
              pull ->
                  terminal.print(
                      "node %s has %s, %s"
                          .formatted(pull.getNode(), pull.getImage(), pull.getDigest())));
    } else {
      output.show(terminal, NodeImageList.newBuilder().addAllPulls(pulls).build(), each -> "");
    }
    var failures =
        pulls.stream()
            .filter(pull -> pull.getPhase() == ImagePullPhase.PULL_FAILED)
            .map(pull -> "node %s: %s".formatted(pull.getNode(), pull.getMessage()))
            .toList();
    if (!failures.isEmpty()) {
      throw Failure.error(String.join("\n", failures));
    }
  }

  private void remove(String wanted) {
    var failures = new ArrayList<String>();
    int removed = 0;
    for (var each : nodes().entrySet()) {
      try {
        var gone = each.getValue().send(Calls.removeImage(each.getKey(), wanted));
        removed += gone.getItemsCount();
        gone.getItemsList()
            .forEach(
                item ->
                    terminal.print(
                        "node %s: %s is removed".formatted(item.getNode(), item.getImage())));
      } catch (ApiException.NotFound e) {
        // Others may have it.
      } catch (ApiException e) {
        failures.add("node %s: %s".formatted(each.getKey(), e.getMessage()));
      }
    }
    if (!failures.isEmpty()) {
      throw Failure.error(String.join("\n", failures));
    }
    if (removed == 0) {
      throw Failure.error("no node has the image %s; see: regrow image list".formatted(wanted));
    }
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Failure.error("interrupted");
    }
  }
}
