package dev.regrow.actors.control;

import dev.regrow.actors.instance.Contents;
import dev.regrow.actors.link.NodeLink;
import dev.regrow.core.codec.DeclaredCodec;
import dev.regrow.core.codec.RevisionCodec;
import dev.regrow.core.codec.SecretCodec;
import dev.regrow.core.codec.WorkloadCodec;
import dev.regrow.core.model.Template;
import dev.regrow.core.store.Entry;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.RangeResult;
import dev.regrow.core.store.Store;
import dev.regrow.core.store.Vault;
import dev.regrow.runtime.RuntimeFailure;
import dev.regrow.runtime.image.BadImage;
import dev.regrow.runtime.image.Digest;
import dev.regrow.runtime.image.ImageReference;
import dev.regrow.runtime.image.ImageTags;
import dev.regrow.runtime.image.source.Credentials;
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

  private static final String IMAGE = "instance.image";

  private final Store store;
  private final ImageTags tags;
  private final Vault vault;
  private final NodeLink link;

  ImagePins(Store store, Vault vault, ImageTags tags, NodeLink link) {
    this.link = link;
    this.store = store;
    this.vault = vault;
    this.tags = tags;
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
    return pin(new Asked(declared, newest, false, Caller.MAY_DEPLOY));
  }

  /** The same, refusing nothing; it tells of a tag that has moved, too. */
  CompletionStage<Pin> forPlan(Workload declared, boolean newest, Caller caller) {
    return pin(new Asked(declared, newest, true, caller))
        .exceptionally(
            failure ->
                cause(failure) instanceof Refusal refusal
                    ? new Pin("", String.valueOf(refusal.getMessage()))
                    : fail(failure));
  }

  /**
   * @param newest whether people want what the tag stands for now, whatever is running
   * @param planned whether nothing comes of it
   * @param caller decides whether the pull secret is used: the image names who is shown it
   */
  private record Asked(Workload declared, boolean newest, boolean planned, Caller caller) {

    String pullSecret() {
      return caller.mayUseSecrets() ? declared.getInstance().getPullSecret() : "";
    }

    boolean withholds(ImageReference reference) {
      return reference instanceof ImageReference.Registry
          && !pullSecret().equals(declared.getInstance().getPullSecret());
    }

    String withheld(ImageReference reference) {
      return "%s was not looked up with pullSecret %s, because the token may only read"
          .formatted(reference, declared.getInstance().getPullSecret());
    }
  }

  private static Pin fail(Throwable failure) {
    throw failure instanceof RuntimeException known ? known : new CompletionException(failure);
  }

  private CompletionStage<Pin> pin(Asked asked) {
    var template = Schema.withDefaults(asked.declared()).getInstance();
    var reference = tagged(template);
    if (reference.isEmpty()) {
      return CompletableFuture.completedStage(Pin.NONE);
    }
    return current(asked.declared())
        .thenCompose(
            current -> {
              boolean same =
                  current.filter(is -> is.hash().equals(Templates.hash(template))).isPresent();
              var known = known(current, template);
              if (same && !asked.newest() && template.getPull() != PullPolicy.ALWAYS_PULL) {
                return asked.planned() && !known.isEmpty()
                    ? moved(reference.get(), asked, known)
                    : CompletableFuture.completedStage(new Pin(known, ""));
              }
              if (asked.withholds(reference.get())) {
                return withheld(reference.get(), asked, known);
              }
              return look(reference.get(), asked)
                  .thenApply(found -> new Pin(found.toString(), ""))
                  .exceptionally(failure -> instead(failure, asked.newest() ? "" : known));
            });
  }

  /** As if there were no pull secret; what is not told then stays what it is known to be. */
  private CompletionStage<Pin> withheld(ImageReference reference, Asked asked, String known) {
    var warning = asked.withheld(reference) + "; an apply may find another image";
    return look(reference, asked)
        .thenApply(found -> new Pin(found.toString(), warning))
        .exceptionally(
            failure ->
                cause(failure) instanceof RuntimeFailure environment
                    ? new Pin(known, warning + "; without it: " + environment.getMessage())
                    : fail(failure));
  }

  private static Optional<ImageReference> tagged(InstanceTemplate template) {
    if (!ImageReference.isOne(template.getImage())) {
      return Optional.empty();
    }
    try {
      var reference = ImageReference.parse(template.getImage());
      return reference.digest() == null ? Optional.of(reference) : Optional.empty();
    } catch (BadImage bad) {
      throw invalid(IMAGE, String.valueOf(bad.getMessage()));
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

  private CompletionStage<Digest> look(ImageReference reference, Asked asked) {
    var policy =
        switch (asked.declared().getInstance().getPull()) {
          case MISSING, UNRECOGNIZED -> dev.regrow.runtime.image.PullPolicy.MISSING;
          case ALWAYS_PULL -> dev.regrow.runtime.image.PullPolicy.ALWAYS;
          case NEVER_PULL -> dev.regrow.runtime.image.PullPolicy.NEVER;
        };
    var here =
        credentials(reference, asked)
            .thenCompose(shown -> tags.resolve(reference, policy, shown.orElse(null)));
    boolean never = policy == dev.regrow.runtime.image.PullPolicy.NEVER;
    return never || reference instanceof ImageReference.Layout
        ? here.exceptionallyCompose(failure -> elsewhere(reference, never, failure))
        : here;
  }

  /** What this server has not, another node may have. */
  private CompletionStage<Digest> elsewhere(
      ImageReference reference, boolean never, Throwable failure) {
    return link.lookUp(reference.toString(), never)
        .thenCompose(
            found ->
                found
                    .map(digest -> CompletableFuture.completedStage(Digest.parse(digest)))
                    .orElseGet(() -> CompletableFuture.failedStage(failure)));
  }

  /** Opened here, shown to the registry, and kept nowhere. */
  private CompletionStage<Optional<Credentials>> credentials(
      ImageReference reference, Asked asked) {
    var name = asked.pullSecret();
    if (name.isEmpty()) {
      return CompletableFuture.completedStage(Optional.empty());
    }
    var key = Keys.SECRETS + asked.declared().getNamespace() + "/" + name;
    return store
        .range(RangeQuery.key(key).linearizable())
        .thenApply(
            found ->
                found.entries().stream()
                    .findFirst()
                    .flatMap(entry -> shown(name, entry, reference)));
  }

  private Optional<Credentials> shown(String name, Entry secret, ImageReference reference) {
    try {
      var values = SecretCodec.open(SecretCodec.stored(secret), vault);
      return Contents.shown(name, values, reference);
    } catch (IllegalArgumentException unusable) {
      throw invalid("instance.pullSecret", String.valueOf(unusable.getMessage()));
    }
  }

  private CompletionStage<Pin> moved(ImageReference reference, Asked asked, String known) {
    if (asked.withholds(reference)) {
      var warning = asked.withheld(reference) + "; whether it has moved is not known";
      return CompletableFuture.completedStage(new Pin(known, warning));
    }
    return look(reference, asked)
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
      throw invalid(IMAGE, message);
    }
    if (known.isEmpty()) {
      throw new Refusal(
          Refusal.Kind.UNAVAILABLE,
          message + "; try again when it answers, or write the image with its digest: …@sha256:…");
    }
    return new Pin(known, message + "; it stays with " + known);
  }

  private static Refusal invalid(String field, String message) {
    return new Refusal(
        Refusal.Kind.INVALID,
        field + ": " + message,
        List.of(FieldError.newBuilder().setField(field).setMessage(message).build()));
  }

  private static Throwable cause(Throwable failure) {
    var cause = failure.getCause();
    return failure instanceof CompletionException && cause != null ? cause : failure;
  }
}
