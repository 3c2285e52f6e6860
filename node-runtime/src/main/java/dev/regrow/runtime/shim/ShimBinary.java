package dev.regrow.runtime.shim;

import dev.regrow.runtime.RuntimeFailure;
import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Writes the shim out of the jar to a path named for its content, so that an upgrade never changes
 * the file under a running one.
 */
public final class ShimBinary {

  private static final String RESOURCE = "regrow-shim";

  private ShimBinary() {}

  /**
   * @param directory owned by root and not mounted noexec
   * @return the executable
   */
  public static Path install(Path directory) {
    try (var in = ShimBinary.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new RuntimeFailure(
            "the shim is missing from the jar: build it with a C compiler", false);
      }
      var content = in.readAllBytes();
      var target = directory.resolve(RESOURCE + "-" + hash(content));
      if (Files.isRegularFile(target) && Arrays.equals(Files.readAllBytes(target), content)) {
        return target;
      }
      Files.createDirectories(directory);
      var temporary = Files.createTempFile(directory, RESOURCE, ".new");
      Files.write(temporary, content);
      Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxr-xr-x"));
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
      return target;
    } catch (AtomicMoveNotSupportedException e) {
      throw new IllegalStateException("a rename within one directory is atomic", e);
    } catch (IOException e) {
      throw new RuntimeFailure("cannot write the shim to " + directory + ": " + e, true, e);
    }
  }

  private static String hash(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content), 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
