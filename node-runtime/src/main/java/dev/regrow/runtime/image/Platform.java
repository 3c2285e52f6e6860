package dev.regrow.runtime.image;

/**
 * What a machine runs, in the words of GOOS and GOARCH.
 *
 * @param variant of the architecture, as {@code v8}; often empty
 */
public record Platform(String os, String architecture, String variant) {

  /** Of this machine. */
  public static Platform ofThisMachine() {
    var architecture = System.getProperty("os.arch", "");
    return new Platform(
        "linux",
        switch (architecture) {
          case "amd64", "x86_64" -> "amd64";
          case "aarch64", "arm64" -> "arm64";
          default -> architecture;
        },
        "");
  }

  /** Whether what was built for the other one runs here. */
  boolean runs(Platform other) {
    boolean variantFits =
        other.variant.isEmpty()
            || variant.equals(other.variant)
            || (architecture.equals("arm64") && other.variant.equals("v8"))
            || (architecture.equals("amd64") && other.variant.equals("v1"));
    return os.equals(other.os) && architecture.equals(other.architecture) && variantFits;
  }

  @Override
  public String toString() {
    return os + "/" + architecture + (variant.isEmpty() ? "" : "/" + variant);
  }
}
