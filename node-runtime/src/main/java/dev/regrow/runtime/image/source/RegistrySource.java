package dev.regrow.runtime.image.source;

import dev.regrow.runtime.RuntimeFailure;
import dev.regrow.runtime.image.BadImage;
import dev.regrow.runtime.image.Descriptor;
import dev.regrow.runtime.image.ImageReference.Registry;
import dev.regrow.runtime.image.Manifest;
import dev.regrow.runtime.image.MediaTypes;
import dev.regrow.runtime.image.source.RegistryHttp.Answer;
import dev.regrow.runtime.image.source.RegistryHttp.Receiver;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** One repository of a registry (OCI distribution specification 1.1). */
final class RegistrySource implements ImageSource {

  private static final String ACCEPT =
      String.join(
          ", ",
          MediaTypes.OCI_INDEX,
          MediaTypes.OCI_MANIFEST,
          MediaTypes.DOCKER_LIST,
          MediaTypes.DOCKER_MANIFEST);

  private static final int BLOB_MAX = 8 << 20;
  private static final int TRIES = 5;
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

  private final Registries shared;
  private final String host;
  private final String name;
  private final String repository;
  private final @Nullable Credentials credentials;

  RegistrySource(Registries shared, Registry reference, @Nullable Credentials credentials) {
    this.shared = shared;
    this.host = Hosts.address(reference.host());
    this.name = Hosts.repository(reference.host(), reference.name());
    this.repository = reference.host() + "/" + reference.name();
    this.credentials = credentials;
  }

  @Override
  public byte[] manifest(@Nullable String wanted) throws IOException {
    var what = "the manifest " + wanted;
    return small("manifests/" + wanted, Map.of("Accept", ACCEPT), Manifest.BYTES_MAX, what);
  }

  @Override
  public byte[] blob(Descriptor descriptor) throws IOException {
    return small("blobs/" + descriptor.digest(), Map.of(), BLOB_MAX, "blob " + descriptor.digest());
  }

  private byte[] small(String path, Map<String, String> headers, int max, String what)
      throws IOException {
    var bytes = new ByteArrayOutputStream[] {new ByteArrayOutputStream()};
    persistently(
        what,
        () ->
            get(
                path,
                headers,
                (status, ignored) -> {
                  bytes[0] = new ByteArrayOutputStream();
                  return Bounded.into(bytes[0], max, what);
                }));
    return bytes[0].toByteArray();
  }

  @Override
  public Region layer(Descriptor descriptor, Path partial, LongConsumer progress)
      throws IOException {
    var path = "blobs/" + descriptor.digest();
    try (var file = PartialFile.open(partial, descriptor, progress)) {
      persistently(
          "layer " + descriptor.digest(),
          () -> {
            if (file.isWhole()) {
              file.prove();
              return null;
            }
            long from = file.length();
            Map<String, String> range =
                from == 0 ? Map.of() : Map.of("Range", "bytes=" + from + "-");
            var answer = get(path, range, (status, headers) -> file.receive(status, headers));
            if (answer.status() == 416) {
              file.restart();
              throw new IOException("the registry has no such range");
            }
            if (!file.isWhole()) {
              throw new IOException(
                  "it ended after %d of %d bytes".formatted(file.length(), descriptor.size()));
            }
            file.prove();
            return answer;
          });
    }
    return new Region(partial, 0, descriptor.size(), true);
  }

  /** Something that may be tried again. */
  private interface Attempt {
    @Nullable Answer make() throws IOException;
  }

  private void persistently(String what, Attempt attempt) throws IOException {
    for (int tried = 1; ; tried++) {
      Duration pause;
      try {
        var answer = attempt.make();
        if (answer == null || answer.status() == 200 || answer.status() == 206) {
          return;
        }
        if (tried == TRIES || !Retries.mayPass(answer.status())) {
          throw refused(what, answer);
        }
        pause = Retries.pause(tried, answer.header("retry-after"));
      } catch (IOException e) {
        boolean last = tried == TRIES || e instanceof TooSlow;
        if (last || Thread.currentThread().isInterrupted()) {
          throw new IOException(
              "cannot pull %s of %s: %s".formatted(what, repository, e.getMessage()), e);
        }
        pause = Retries.pause(tried, "");
      }
      var longest = pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
      LockSupport.parkNanos(longest.toNanos());
    }
  }

  private RuntimeException refused(String what, Answer answer) {
    int status = answer.status();
    if (status == 404) {
      return new BadImage("%s has not %s".formatted(repository, what));
    }
    if (status == 401 || status == 403) {
      return new RuntimeFailure(
          "%s refuses %s (HTTP %d): give the node credentials that may pull it"
              .formatted(repository, what, status),
          false);
    }
    var said = answer.error().isEmpty() ? "" : ": " + answer.error();
    return new RuntimeFailure(
        "%s answers HTTP %d for %s%s".formatted(repository, status, what, said),
        Retries.mayPass(status));
  }

  private Answer get(String path, Map<String, String> headers, Receiver receiver)
      throws IOException {
    var uri = URI.create(shared.scheme(host) + "://" + host + "/v2/" + name + "/" + path);
    var answer =
        shared.http().get(uri, shared.tokens().known(repository, credentials), headers, receiver);
    if (answer.status() != 401 || !Hosts.sameOrigin(uri, answer.uri())) {
      return answer;
    }
    var challenge = Challenge.choose(answer.headers().allValues("www-authenticate"));
    if (challenge.isEmpty()) {
      return answer;
    }
    shared.tokens().forget(repository, credentials);
    var shown = shared.tokens().answer(uri, repository, name, challenge.get(), credentials);
    return shared.http().get(uri, shown, headers, receiver);
  }

  @Override
  public void close() {}
}
