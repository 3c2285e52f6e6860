package dev.regrow.gateway.http;

import dev.regrow.actors.control.Refusal;
import dev.regrow.gateway.auth.Role;
import dev.regrow.gateway.server.Answer;
import dev.regrow.runtime.RuntimeFailure;
import dev.regrow.runtime.image.BadImage;
import dev.regrow.runtime.image.Digest;
import dev.regrow.runtime.image.ImageRecord;
import dev.regrow.runtime.image.ImageReference;
import dev.regrow.runtime.image.NodeImages;
import dev.regrow.v1.ImagePull;
import dev.regrow.v1.ImagePullPhase;
import dev.regrow.v1.ImagePullRequest;
import dev.regrow.v1.NodeImage;
import dev.regrow.v1.NodeImageList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** The images of a node; any gateway passes on to it what is asked of them. */
final class ImageRoutes {

  private static final String PATH = "/v1/nodes/{node}/images";
  private static final String IMAGE = "image";

  private final String node;
  private final Supplier<Optional<NodeImages>> images;
  private final Whereabouts whereabouts;

  /**
   * @param node the name of this one
   * @param images empty while the machine is being prepared
   */
  ImageRoutes(String node, Supplier<Optional<NodeImages>> images, Whereabouts whereabouts) {
    this.node = node;
    this.images = images;
    this.whereabouts = whereabouts;
  }

  List<Route> routes() {
    return List.of(
        Route.read(PATH, Set.of(), this::list),
        Route.change("POST", PATH, Set.of(), this::pull).needing(Role.ADMIN),
        Route.change("DELETE", PATH, Set.of(IMAGE), this::remove).needing(Role.ADMIN));
  }

  private CompletionStage<Answer> list(Call call) {
    return whereabouts.onNode(
        call,
        call.name("node"),
        () -> here().stock().thenApply(stock -> Answers.object(200, call.format(), shown(stock))));
  }

  private CompletionStage<Answer> pull(Call call) {
    return call.body()
        .thenCompose(
            body -> {
              var wanted = Codec.read(ImagePullRequest.getDefaultInstance(), body).getImage();
              return whereabouts.onNode(
                  call, call.name("node"), body.bytes(), () -> pull(call, wanted));
            });
  }

  private CompletionStage<Answer> pull(Call call, String wanted) {
    try {
      var begun = here().pull(ImageReference.parse(wanted));
      return CompletableFuture.completedStage(Answers.object(202, call.format(), shown(begun)));
    } catch (BadImage bad) {
      throw HttpProblem.invalid(IMAGE, String.valueOf(bad.getMessage()));
    }
  }

  private CompletionStage<Answer> remove(Call call) {
    var wanted =
        call.parameters()
            .text(IMAGE)
            .orElseThrow(() -> HttpProblem.malformed("say which image: ?image=oci:HOST/NAME:TAG"));
    return whereabouts.onNode(call, call.name("node"), () -> remove(call, wanted));
  }

  private CompletionStage<Answer> remove(Call call, String wanted) {
    return here()
        .remove(wanted)
        .exceptionallyCompose(failure -> CompletableFuture.failedStage(refusal(failure)))
        .thenApply(
            removed -> {
              if (removed.isEmpty()) {
                throw HttpProblem.notFound("node %s has no image %s".formatted(node, wanted));
              }
              var list = NodeImageList.newBuilder();
              removed.forEach(image -> list.addItems(shown(image, List.of())));
              return Answers.object(200, call.format(), list.build());
            });
  }

  private static Throwable refusal(Throwable failure) {
    var cause = failure instanceof CompletionException ? failure.getCause() : failure;
    if (cause instanceof NodeImages.InUse used) {
      return new Refusal(Refusal.Kind.CONFLICT, String.valueOf(used.getMessage()));
    }
    return cause instanceof RuntimeFailure environment
        ? new Refusal(Refusal.Kind.UNAVAILABLE, String.valueOf(environment.getMessage()))
        : failure;
  }

  private NodeImages here() {
    return images
        .get()
        .orElseThrow(
            () ->
                HttpProblem.unavailable(
                    "node %s is preparing its machine; try again".formatted(node)));
  }

  private NodeImageList shown(NodeImages.Stock stock) {
    var list = NodeImageList.newBuilder();
    stock.images().forEach(held -> list.addItems(shown(held.image(), held.usedBy())));
    stock.pulls().forEach(pull -> list.addPulls(shown(pull)));
    return list.build();
  }

  private NodeImage shown(ImageRecord image, List<String> usedBy) {
    return NodeImage.newBuilder()
        .setImage(image.reference())
        .setNode(node)
        .setDigest(image.digest().toString())
        .setBytes(image.bytes())
        .setLayers(image.config().diffIds().size())
        .setPulledAt(image.pulled().toEpochMilli())
        .setUsedAt(image.lastUsed().toEpochMilli())
        .addAllUsedBy(usedBy)
        .putAllLabels(image.config().labels())
        .addAllExposedPorts(image.config().exposedPorts())
        .build();
  }

  private ImagePull shown(NodeImages.Pull pull) {
    var progress = pull.progress();
    return ImagePull.newBuilder()
        .setImage(progress.reference())
        .setNode(node)
        .setPhase(
            !pull.ended()
                ? ImagePullPhase.PULLING
                : pull.failure().isEmpty() ? ImagePullPhase.PULLED : ImagePullPhase.PULL_FAILED)
        .setBytes(progress.bytes())
        .setBytesInAll(progress.bytesInAll())
        .setLayers(progress.layers())
        .setLayersInAll(progress.layersInAll())
        .setMessage(pull.failure())
        .setDigest(Optional.ofNullable(pull.digest()).map(Digest::toString).orElse(""))
        .build();
  }
}
