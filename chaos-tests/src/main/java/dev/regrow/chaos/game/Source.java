package dev.regrow.chaos.game;

import dev.regrow.cli.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** Where a scenario's text is, and what lies beside it: a file, or one of ours. */
public final class Source {

  /** Those that come with Regrow, in the order in which they are listed. */
  public static final List<String> READY =
      List.of(
          "one-node-dies",
          "leader-dies",
          "all-nodes-restart",
          "agent-crashes",
          "agent-hangs",
          "instance-crash-loop",
          "rolling-update-under-load",
          "drain-under-load",
          "partition-minority",
          "one-way-link",
          "slow-links",
          "disk-full",
          "slow-disk",
          "cpu-neighbour",
          "clock-jump");

  private static final String FOLDER = "scenarios/";
  private static final int BYTES_MAX = 1 << 20;

  private final String name;
  private final boolean ours;

  private Source(String name, boolean ours) {
    this.name = name;
    this.ours = ours;
  }

  /** One of ours by its name, else a file. */
  public static Source of(String text) {
    return READY.contains(text) ? new Source(text + ".yaml", true) : new Source(text, false);
  }

  /** How messages call it. */
  public String name() {
    return name;
  }

  public byte[] text() {
    return ours ? resource(name) : file(Path.of(name));
  }

  /** A file that lies beside it. */
  public byte[] beside(String file) {
    if (ours) {
      return resource(file);
    }
    return file(Path.of(name).toAbsolutePath().resolveSibling(file));
  }

  private static byte[] resource(String file) {
    try (InputStream in = Source.class.getResourceAsStream(FOLDER + file)) {
      if (in == null) {
        throw Failure.error(file + ": there is no such file among the scenarios of Regrow");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw Failure.error(file + ": cannot be read: " + e);
    }
  }

  private static byte[] file(Path path) {
    try (InputStream in = Files.newInputStream(path)) {
      return in.readNBytes(BYTES_MAX + 1);
    } catch (NoSuchFileException e) {
      throw Failure.error(
          path + ": there is no such file, and no scenario of that name: regrow chaos list");
    } catch (IOException e) {
      throw Failure.error(path + ": cannot be read: " + e);
    }
  }
}
