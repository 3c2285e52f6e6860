package dev.regrow.runtime.image.source;

import dev.regrow.runtime.RuntimeFailure;
import dev.regrow.runtime.image.BadImage;
import dev.regrow.runtime.image.ImageReference;
import dev.regrow.runtime.image.ImageReference.Registry;
import dev.regrow.runtime.image.JsonDocument;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a registry is shown: of the node a file as docker login and skopeo login write it, {@code
 * {"auths": {"HOST": {"auth": BASE64}}}}; of a workload a secret that holds such a file, or a user
 * and a password, with the registry that alone is shown them. No message has anything of a secret.
 */
public final class RegistryAuth {

  private static final List<String> FILES = List.of(".dockerconfigjson", "config.json");
  private static final String USER = "username";
  private static final String PASSWORD = "password";
  private static final String REGISTRY = "registry";

  private RegistryAuth() {}

  /**
   * @param file read anew each time, so it may be changed while the node runs
   * @return empty if there is no file, or nothing in it for that registry
   * @throws RuntimeFailure if others may read the file, or it is malformed
   */
  public static Optional<Credentials> of(Path file, ImageReference reference) {
    if (!(reference instanceof Registry registry)) {
      return Optional.empty();
    }
    try {
      var mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
      if (!mode.endsWith("------")) {
        throw new RuntimeFailure(
            "others may read %s (%s), which holds secrets; chmod 600 it".formatted(file, mode),
            false);
      }
      return in(Files.readAllBytes(file), registry.host());
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException | IllegalArgumentException | BadImage e) {
      throw new RuntimeFailure("cannot read " + file + ": it is no file of docker login", false);
    }
  }

  /**
   * @param values of a secret, by key
   * @return empty if it holds such a file, and that nothing for this registry
   * @throws RuntimeFailure if there is nothing in it to show, or that is for another registry
   */
  public static Optional<Credentials> of(Map<String, byte[]> values, ImageReference reference) {
    if (!(reference instanceof Registry registry)) {
      return Optional.empty();
    }
    for (var key : FILES) {
      var file = values.get(key);
      if (file != null) {
        try {
          return in(file, registry.host());
        } catch (IllegalArgumentException | BadImage e) {
          throw new RuntimeFailure("its " + key + " is no file of docker login", false);
        }
      }
    }
    var user = values.get(USER);
    var password = values.get(PASSWORD);
    if (user == null || password == null) {
      throw new RuntimeFailure(
          "it must hold username and password, or .dockerconfigjson as docker login writes it",
          false);
    }
    var bound = values.get(REGISTRY);
    if (bound != null && !isOf(utf8(bound).strip(), registry.host())) {
      throw new RuntimeFailure(
          "it is for another registry than %s: its key registry must be HOST[:PORT] of the image"
              .formatted(registry.host()),
          false);
    }
    return Optional.of(new Credentials(utf8(user), utf8(password)));
  }

  private static Optional<Credentials> in(byte[] json, String host) {
    var file = JsonDocument.read("a file of docker login", json);
    for (var written : file.names("auths")) {
      if (isOf(written, host)) {
        return decoded(file.object("auths").object(written));
      }
    }
    return Optional.empty();
  }

  /** As HOST, or as an address of its API. */
  private static boolean isOf(String written, String host) {
    var name = written.replaceFirst("^https?://", "").replaceFirst("/.*$", "");
    return name.equals(host)
        || (host.equals("docker.io")
            && (name.equals("index.docker.io") || name.equals("registry-1.docker.io")));
  }

  private static Optional<Credentials> decoded(JsonDocument entry) {
    if (entry.text("auth").isEmpty()) {
      return entry.text(USER).isEmpty()
          ? Optional.empty()
          : Optional.of(new Credentials(entry.text(USER), entry.text(PASSWORD)));
    }
    var pair = utf8(Base64.getDecoder().decode(entry.text("auth")));
    int colon = pair.indexOf(':');
    return colon < 0
        ? Optional.empty()
        : Optional.of(new Credentials(pair.substring(0, colon), pair.substring(colon + 1)));
  }

  private static String utf8(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
