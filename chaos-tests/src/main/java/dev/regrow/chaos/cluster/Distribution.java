package dev.regrow.chaos.cluster;

import java.nio.file.Files;
import java.nio.file.Path;

/** The unpacked distribution that runs us. */
public final class Distribution {

  private Distribution() {}

  /**
   * Its folder: what {@code regrow.home} says, else where our library lies.
   *
   * @throws IllegalStateException when we were not started from one
   */
  public static Path home() {
    String set = System.getProperty("regrow.home");
    Path home = set == null ? ofLibrary() : Path.of(set);
    if (!Files.isExecutable(home.resolve("bin/regrow"))) {
      throw new IllegalStateException(
          home + " is no unpacked distribution; run it through the launcher of one: `regrow`");
    }
    return home;
  }

  private static Path ofLibrary() {
    var jar = Distribution.class.getProtectionDomain().getCodeSource().getLocation().getPath();
    return Path.of(jar).resolve("../..").normalize();
  }
}
