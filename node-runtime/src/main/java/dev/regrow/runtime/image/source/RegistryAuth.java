package dev.regrow.runtime.image.source;

import dev.regrow.runtime.RuntimeFailure;
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
import java.util.Optional;

/**
 * What a node knows registries by: a file as docker login and skopeo login write it, {@code
 * {"auths": {"HOST": {"auth": BASE64}}}}.
 */
public final class RegistryAuth {

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
      var auths = JsonDocument.read(file.toString(), Files.readAllBytes(file)).object("auths");
      return decoded(auths.object(registry.host()).text("auth"));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException | IllegalArgumentException e) {
      throw new RuntimeFailure("cannot read " + file + ": it is no file of docker login", false, e);
    }
  }

  private static Optional<Credentials> decoded(String auth) {
    if (auth.isEmpty()) {
      return Optional.empty();
    }
    var pair = new String(Base64.getDecoder().decode(auth), StandardCharsets.UTF_8);
    int colon = pair.indexOf(':');
    return colon < 0
        ? Optional.empty()
        : Optional.of(new Credentials(pair.substring(0, colon), pair.substring(colon + 1)));
  }
}
