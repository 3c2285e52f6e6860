package dev.regrow.chaos.scenario;

import dev.regrow.chaos.cluster.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A node that lives until the launcher has the class-data archive with which all others start in
 * half the time: it is made of a node that has settled, and those of scenarios seldom live so long.
 */
final class Forerunner implements ExtensionContext.Store.CloseableResource {

  private static final Duration ARCHIVED_WITHIN = Duration.ofMinutes(3);

  private final Path home;
  private final Thread thread = new Thread(this::run, "forerunner");
  private volatile boolean over;

  private Forerunner(Path home) {
    this.home = home;
  }

  /** Beside the first scenarios, where there is no archive yet; goes as soon as there is one. */
  static Forerunner of(Path home) {
    var forerunner = new Forerunner(home);
    forerunner.thread.start();
    return forerunner;
  }

  private void run() {
    if (isArchived()) {
      return;
    }
    try (var arena = Arena.open(home)) {
      var node = arena.node("forerunner").start();
      node.apply(Programs.sleeper("forerunner", 1));
      node.awaitReady("forerunner", 1);
      Await.until("a node's class-data archive", ARCHIVED_WITHIN, this::isArchived);
    } catch (CancellationException closed) {
      return;
    } catch (AssertionError | RuntimeException slow) {
      System.out.println("nodes start without an archive: " + slow.getMessage());
    }
  }

  private boolean isArchived() {
    if (over) {
      throw new CancellationException();
    }
    Path cache = home.resolve("cache");
    if (!Files.isDirectory(cache)) {
      return false;
    }
    try (var files = Files.newDirectoryStream(cache, "node-*.jsa")) {
      return files.iterator().hasNext();
    } catch (IOException e) {
      throw new UncheckedIOException("list " + cache, e);
    }
  }

  @Override
  public void close() throws InterruptedException {
    over = true;
    thread.join();
  }
}
