package dev.regrow.runtime.image;

import dev.regrow.runtime.image.source.Registries;
import dev.regrow.runtime.syscall.Kernel;
import java.nio.file.Path;

/** Pulls one image in a process of its own, to be killed. */
final class PullingProcess {

  private PullingProcess() {}

  /**
   * @param arguments the directory of the images, and the image
   */
  public static void main(String[] arguments) {
    try (var images =
        Images.open(
            Kernel.load(),
            Path.of(arguments[0]),
            "boot",
            Registries.standard(),
            Platform.ofThisMachine())) {
      images
          .ensure(ImageReference.parse(arguments[1]), PullPolicy.MISSING, null)
          .toCompletableFuture()
          .join();
    }
  }
}
