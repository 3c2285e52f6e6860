package dev.regrow.actors.control;

import dev.regrow.core.codec.DeclaredCodec;
import dev.regrow.core.codec.RevisionCodec;
import dev.regrow.core.codec.WorkloadCodec;
import dev.regrow.core.model.Template;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.RangeResult;
import dev.regrow.core.store.Store;
import dev.regrow.runtime.RuntimeFailure;
import dev.regrow.runtime.image.BadImage;
import dev.regrow.runtime.image.Digest;
import dev.regrow.runtime.image.ImageReference;
import dev.regrow.runtime.image.NodeImages;
import dev.regrow.schema.Schema;
import dev.regrow.schema.Templates;
import dev.regrow.v1.FieldError;
import dev.regrow.v1.InstanceTemplate;
import dev.regrow.v1.PullPolicy;
import dev.regrow.v1.Workload;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/**
 * What the tag of a workload's image stands for, learned before a revision is proposed, so that all
 * of its instances run the same bytes wherever and whenever they start.
 *
 * <p>A template that is applied again keeps what its tag stood for; another one takes what it
 * stands for now, and so does who asks for that.
 */
final class ImagePins {

  private final Store store;
  private final NodeImages images;

  ImagePins(Store store, NodeImages images) {
    this.store = store;
    this.images = images;
  }

  /**
   * @param digest for the revision to come; empty: there is nothing to pin
   * @param warning empty: all is well
   */
  record Pin(String digest, String warning) {
    static final Pin NONE = new Pin("", "");
  }

  /**
   * @param newest whether people want what the tag stands for now, whatever is running
   * @return fails with a {@link Refusal}
   */
  CompletionStage<Pin> forApply(Workload declared, boolean newest) {
    return pin(declared, newest, false);
  }

  /** The same, refusing nothing; it tells of a tag that has moved, too. */
  CompletionStage<Pin> forPlan(Workload declared, boolean newest) {
    return pin(declared, newest, true)
        .exceptionally(
            failure ->
                cause(failure) instanceof Refusal refusal
                    ? new Pin("", "instance.image: " + refusal.getMessage())
                    : fail(failure));
  }

  private static Pin fail(Throwable failure) {
    throw failure instanceof RuntimeException known ? known : new CompletionException(failure);
  }

  private CompletionStage<Pin> pin(Workload declared, boolean newest, boolean planned) {
    var template = Schema.withDefaults(declared).getInstance();
    var reference = tagged(template);
    if (reference.isEmpty()) {
      return CompletableFuture.completedStage(Pin.NONE);
    }
    return current(declared)
        .thenCompose(
            current -> {
              boolean same =
                  current.filter(is -> is.hash().equals(Templates.hash(template))).isPresent();
              var known = known(current, template);
              if (same && !newest && template.getPull() != PullPolicy.ALWAYS_PULL) {
                return planned && !known.isEmpty()
                    ? moved(reference.get(), template, known)
                    : CompletableFuture.completedStage(new Pin(known, ""));
              }
              return look(reference.get(), template)
                  .thenApply(found -> new Pin(found.toString(), ""))
                  .exceptionally(failure -> instead(failure, newest ? "" : known));
            });
  }

  private static Optional<ImageReference> tagged(InstanceTemplate template) {
    if (!ImageReference.isOne(template.getImage())) {
      return Optional.empty();
    }
    try {
      var reference = ImageReference.parse(template.getImage());
      return reference.digest() == null ? Optional.of(reference) : Optional.empty();
    } catch (BadImage bad) {
      throw invalid(String.valueOf(bad.getMessage()));
    }
  }

  /** As a majority knows it. */
  private CompletionStage<Optional<Template>> current(Workload declared) {
    var namespace = declared.getNamespace();
    var name = declared.getName();
    return store
        .range(RangeQuery.key(Keys.workload(namespace, name)).linearizable())
        .thenCompose(
            found -> {
              if (found.entries().isEmpty()) {
                return CompletableFuture.completedStage(Optional.empty());
              }
              long number = WorkloadCodec.workload(found.entries().get(0)).rollout().revision();
              var key = RangeQuery.key(Keys.revision(namespace, name, number));
              return store.range(key.atLeast(found.index())).thenApply(ImagePins::template);
            });
  }

  private static Optional<Template> template(RangeResult revision) {
    return revision.entries().stream()
        .findFirst()
        .map(entry -> RevisionCodec.revision(entry).template());
  }

  /** What the same reference stands for in the present revision. */
  private static String known(Optional<Template> current, InstanceTemplate template) {
    return current
        .filter(is -> DeclaredCodec.template(is).getImage().equals(template.getImage()))
        .map(is -> is.image().digest())
        .orElse("");
  }

  private CompletionStage<Digest> look(ImageReference reference, InstanceTemplate template) {
    return images.resolve(
        reference,
        switch (template.getPull()) {
          case MISSING, UNRECOGNIZED -> dev.regrow.runtime.image.PullPolicy.MISSING;
          case ALWAYS_PULL -> dev.regrow.runtime.image.PullPolicy.ALWAYS;
          case NEVER_PULL -> dev.regrow.runtime.image.PullPolicy.NEVER;
        },
        null);
  }

  private CompletionStage<Pin> moved(
      ImageReference reference, InstanceTemplate template, String known) {
    return look(reference, template)
        .thenApply(
            found ->
                new Pin(
                    known,
                    found.toString().equals(known)
                        ? ""
                        : "%s stands for %s now; the workload stays with %s: --pull takes the new one"
                            .formatted(reference, found, known)))
        .exceptionally(failure -> new Pin(known, "")); // Nothing of it is needed for that plan.
  }

  /** A registry that is away stops nobody who needs nothing new of it. */
  private static Pin instead(Throwable failure, String known) {
    if (!(cause(failure) instanceof RuntimeFailure environment)) {
      return fail(failure);
    }
    var message = String.valueOf(environment.getMessage());
    if (!environment.retryable()) {
      throw invalid(message);
    }
    if (known.isEmpty()) {
      throw new Refusal(
          Refusal.Kind.UNAVAILABLE,
          message + "; try again when it answers, or write the image with its digest: …@sha256:…");
    }
    return new Pin(known, message + "; it stays with " + known);
  }

  private static Refusal invalid(String message) {
    return new Refusal(
        Refusal.Kind.INVALID,
        "instance.image: " + message,
        List.of(FieldError.newBuilder().setField("instance.image").setMessage(message).build()));
  }

  private static Throwable cause(Throwable failure) {
    var cause = failure.getCause();
    return failure instanceof CompletionException && cause != null ? cause : failure;
  }
}
