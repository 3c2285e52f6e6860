package dev.regrow.cli.command;

import dev.regrow.cli.Durations;
import dev.regrow.cli.ExitCode;
import dev.regrow.cli.Failure;
import dev.regrow.cli.Output;
import dev.regrow.cli.Terminal;
import dev.regrow.cli.usage.Usage;
import dev.regrow.cli.view.ImageTables;
import dev.regrow.client.ApiException;
import dev.regrow.client.Call;
import dev.regrow.client.Calls;
import dev.regrow.client.Nodes;
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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * {@code image}: what nodes have of images. Each node is asked itself, all at once; one that fails
 * is told, and keeps no other from being asked.
 */
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
            "A pull goes on when Ctrl-C ends the command, and one that was cut off goes on where it"
                + " was.",
            "It shows registries what the node itself has (DATA/registry-auth.json). rm refuses"
                + " what an",
            "instance runs from. Images that nothing uses go by themselves after 7 days. A node"
                + " that fails is",
            "named, the others are done all the same, and the command exits with 1.",
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
    var wanted = node;
    if (wanted == null) {
      return clients(Paging.nodes(client()).getItemsList());
    }
    var found = Lookup.node(client(), wanted);
    if (Nodes.isWitness(found)) {
      throw Failure.error(
          "node %s is a witness: it runs nothing, so it has no images".formatted(found.getName()));
    }
    return clients(List.of(found));
  }

  private Map<String, RegrowClient> clients(List<Node> nodes) {
    var clients = new TreeMap<String, RegrowClient>();
    for (Node each : nodes) {
      if (!Nodes.isWitness(each) && !each.getAddress().isEmpty()) {
        clients.put(each.getName(), RegrowClient.of(client().context().at(each.getAddress())));
      }
    }
    return clients;
  }

  private static <T> Map<String, CompletableFuture<T>> asked(
      Map<String, RegrowClient> nodes, Function<String, Call<T>> call) {
    var answers = new TreeMap<String, CompletableFuture<T>>();
    nodes.forEach(
        (name, at) -> answers.put(name, at.sendAsync(call.apply(name)).toCompletableFuture()));
    return answers;
  }

  /**
   * Waits for it.
   *
   * @throws ApiException when there is none
   */
  private static <T> T answer(CompletableFuture<T> asked) {
    try {
      return asked.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof ApiException failed) {
        throw failed;
      }
      throw e;
    }
  }

  /**
   * What a node failed with.
   *
   * @throws ApiException.Denied when the token may not do this: then it may nowhere
   */
  private static String words(ApiException failed) {
    if (failed instanceof ApiException.Denied denied) {
      throw denied;
    }
    return String.valueOf(failed.getMessage());
  }

  private static String words(String node, String why) {
    return "node %s: %s".formatted(node, why);
  }

  private void list() {
    var all = NodeImageList.newBuilder();
    var failures = new ArrayList<String>();
    asked(nodes(), Calls::images)
        .forEach(
            (name, asked) -> {
              try {
                all.mergeFrom(answer(asked));
              } catch (ApiException e) {
                failures.add(words(name, words(e)));
              }
            });
    show(all.build());
    if (!failures.isEmpty()) {
      throw Failure.error(String.join("\n", failures));
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
    asked(at, name -> Calls.pullImage(name, wanted))
        .forEach((name, asked) -> state.put(name, begun(name, wanted, asked)));
    long deadline = System.nanoTime() + timeout.toNanos();
    try {
      while (state.values().stream().anyMatch(ImageCommand::isUnderWay)
          && System.nanoTime() - deadline < 0) {
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

  private static ImagePull begun(String node, String image, CompletableFuture<ImagePull> asked) {
    try {
      return answer(asked);
    } catch (ApiException e) {
      return failed(ImagePull.newBuilder().setNode(node).setImage(image).build(), words(e));
    }
  }

  private static ImagePull after(RegrowClient at, ImagePull before) {
    NodeImageList seen;
    try {
      seen = at.send(Calls.images(before.getNode()));
    } catch (ApiException e) {
      return failed(before, "nobody knows how far its pull is: " + words(e));
    }
    return seen.getPullsList().stream()
        .filter(pull -> pull.getImage().equals(before.getImage()))
        .findFirst()
        .orElseGet(() -> failed(before, "it was restarted; pull again, it goes on where it was"));
  }

  private static ImagePull failed(ImagePull pull, String why) {
    return pull.toBuilder().setPhase(ImagePullPhase.PULL_FAILED).setMessage(why).build();
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
    var missing =
        pulls.stream()
            .filter(pull -> pull.getPhase() != ImagePullPhase.PULLED)
            .map(pull -> words(pull.getNode(), isUnderWay(pull) ? late() : pull.getMessage()))
            .toList();
    if (!missing.isEmpty()) {
      throw new Failure(
          pulls.stream().anyMatch(pull -> pull.getPhase() == ImagePullPhase.PULL_FAILED)
              ? ExitCode.ERROR
              : ExitCode.TIMED_OUT,
          String.join("\n", missing));
    }
  }

  private String late() {
    return "not there after %s, and goes on".formatted(Durations.age(timeout));
  }

  private void remove(String wanted) {
    var failures = new ArrayList<String>();
    int removed = 0;
    for (var each : asked(nodes(), name -> Calls.removeImage(name, wanted)).entrySet()) {
      try {
        var gone = answer(each.getValue());
        removed += gone.getItemsCount();
        gone.getItemsList()
            .forEach(
                item ->
                    terminal.print(
                        "node %s: %s is removed".formatted(item.getNode(), item.getImage())));
      } catch (ApiException.NotFound e) {
        // Others may have it.
      } catch (ApiException e) {
        failures.add(words(each.getKey(), words(e)));
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
