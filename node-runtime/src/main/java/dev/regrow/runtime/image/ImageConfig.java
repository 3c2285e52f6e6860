package dev.regrow.runtime.image;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How an image wants to be run, and which bytes its layers hold.
 *
 * @param diffIds digests of the unpacked archives, the lowest layer first
 * @param user as written: UID, NAME, UID:GID or NAME:GROUP; empty: root
 * @param workdir empty: /
 * @param stopSignal without SIG; empty: TERM
 * @param exposedPorts as {@code 80/tcp}
 */
public record ImageConfig(
    Platform platform,
    List<Digest> diffIds,
    List<String> entrypoint,
    List<String> command,
    Map<String, String> env,
    String user,
    String workdir,
    String stopSignal,
    List<String> exposedPorts,
    List<String> volumes,
    Map<String, String> labels) {

  private static final int TEXTS_MAX = 4000;
  private static final int TEXT_MAX = 131_000;

  public ImageConfig {
    diffIds = List.copyOf(diffIds);
    entrypoint = List.copyOf(entrypoint);
    command = List.copyOf(command);
    env = Map.copyOf(env);
    exposedPorts = List.copyOf(exposedPorts);
    volumes = List.copyOf(volumes);
    labels = Map.copyOf(labels);
  }

  public static ImageConfig parse(byte[] json) {
    var document = JsonDocument.read("the image's config", json);
    var rootfs = document.object("rootfs");
    if (!rootfs.text("type").equals("layers")) {
      throw new BadImage("the image's config: its rootfs is not of type layers");
    }
    var run = document.object("config");
    return new ImageConfig(
        new Platform(document.text("os"), document.text("architecture"), document.text("variant")),
        rootfs.texts("diff_ids").stream().map(Digest::parse).toList(),
        texts(run, "Entrypoint"),
        texts(run, "Cmd"),
        environment(texts(run, "Env")),
        text(run, "User"),
        path(text(run, "WorkingDir"), "WorkingDir"),
        signal(text(run, "StopSignal")),
        run.names("ExposedPorts"),
        run.names("Volumes").stream().map(volume -> path(volume, "Volumes")).toList(),
        run.textMap("Labels"));
  }

  private static List<String> texts(JsonDocument run, String name) {
    var texts = run.texts(name);
    if (texts.size() > TEXTS_MAX) {
      throw new BadImage("the image's config: " + name + " has more than " + TEXTS_MAX + " items");
    }
    texts.forEach(text -> check(text, name));
    return texts;
  }

  private static String text(JsonDocument run, String name) {
    return check(run.text(name), name);
  }

  private static String check(String text, String name) {
    if (text.indexOf(0) >= 0 || text.length() > TEXT_MAX) {
      throw new BadImage("the image's config: " + name + " holds a NUL or is too long");
    }
    return text;
  }

  private static Map<String, String> environment(List<String> pairs) {
    var environment = new TreeMap<String, String>();
    for (var pair : pairs) {
      int equals = pair.indexOf('=');
      if (equals <= 0) {
        throw new BadImage("the image's config: Env has '" + pair + "', which is not NAME=VALUE");
      }
      environment.put(pair.substring(0, equals), pair.substring(equals + 1));
    }
    return environment;
  }

  private static String path(String path, String name) {
    if (path.isEmpty() || path.equals(".")) {
      return "";
    }
    // Docker lets people leave the slash out, and means the root.
    var absolute = path.startsWith("/") ? path : "/" + path;
    if ((absolute + "/").contains("/../") || absolute.length() > 4000) {
      throw new BadImage("the image's config: " + name + " is '" + path + "', no plain path");
    }
    return absolute;
  }

  private static String signal(String name) {
    return name.startsWith("SIG") ? name.substring(3) : name;
  }
}
