package dev.regrow.runtime.image;

import java.nio.file.Path;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Where an image is, as manifests and people write it. Pure. */
public sealed interface ImageReference {

  String REGISTRY = "oci:";
  String LAYOUT = "layout:";

  Pattern HOST =
      Pattern.compile(
          "(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*|\\[[0-9A-Fa-f:]{2,45}])(?::[0-9]{1,5})?");
  Pattern NAME =
      Pattern.compile(
          "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*");
  Pattern TAG = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,127}");
  int LONGEST = 4096;

  /** What it names is always the same bytes. */
  @Nullable Digest digest();

  /** The same place, with these bytes and no others. */
  ImageReference at(Digest digest);

  /**
   * In a registry.
   *
   * @param host with a port if one was written
   * @param name as {@code library/web}
   * @param tag also written with a digest, which then counts alone
   */
  record Registry(String host, String name, @Nullable String tag, @Nullable Digest digest)
      implements ImageReference {

    /** What to ask the registry for. */
    public String wanted() {
      return digest != null ? digest.toString() : tag != null ? tag : "latest";
    }

    @Override
    public ImageReference at(Digest pinned) {
      return new Registry(host, name, tag, pinned);
    }

    @Override
    public String toString() {
      return REGISTRY
          + host
          + "/"
          + name
          + (tag == null ? "" : ":" + tag)
          + (digest == null ? "" : "@" + digest);
    }
  }

  /**
   * In an OCI layout, a directory or an archive of one, or in an archive of docker save.
   *
   * @param tag null: the only image there
   */
  record Layout(Path path, @Nullable String tag, @Nullable Digest digest)
      implements ImageReference {

    @Override
    public ImageReference at(Digest pinned) {
      return new Layout(path, tag, pinned);
    }

    @Override
    public String toString() {
      return LAYOUT + path + (tag == null ? "" : ":" + tag) + (digest == null ? "" : "@" + digest);
    }
  }

  static boolean isOne(String text) {
    return text.startsWith(REGISTRY) || text.startsWith(LAYOUT);
  }

  /**
   * @throws BadImage saying what is wrong with it and how to write it
   */
  static ImageReference parse(String text) {
    if (text.length() > LONGEST) {
      throw new BadImage("an image reference has at most " + LONGEST + " characters");
    }
    if (text.startsWith(REGISTRY)) {
      return registry(text, text.substring(REGISTRY.length()));
    }
    if (text.startsWith(LAYOUT)) {
      return layout(text, text.substring(LAYOUT.length()));
    }
    throw new BadImage(
        "image '"
            + text
            + "': write oci:HOST/NAME:TAG, oci:HOST/NAME@sha256:… or layout:/PATH:TAG");
  }

  private static Registry registry(String text, String rest) {
    int at = rest.indexOf('@');
    Digest digest = at < 0 ? null : Digest.parse(rest.substring(at + 1));
    var named = at < 0 ? rest : rest.substring(0, at);
    int slash = named.indexOf('/');
    if (slash <= 0) {
      throw new BadImage("image '" + text + "' names no registry: write oci:HOST/NAME:TAG");
    }
    var host = named.substring(0, slash);
    var name = named.substring(slash + 1);
    int colon = name.lastIndexOf(':');
    String tag = colon < 0 ? null : name.substring(colon + 1);
    name = colon < 0 ? name : name.substring(0, colon);
    check(
        HOST.matcher(host).matches(), text, "its registry '" + host + "' is no HOST or HOST:PORT");
    check(
        NAME.matcher(name).matches() && name.length() <= 255,
        text,
        "its name '" + name + "' is not of lower-case letters, digits, . _ - and /");
    check(tag == null || TAG.matcher(tag).matches(), text, "its tag '" + tag + "' is none");
    return new Registry(host, name, tag, digest);
  }

  private static Layout layout(String text, String rest) {
    int at = rest.lastIndexOf("@sha256:");
    Digest digest = at < 0 ? null : Digest.parse(rest.substring(at + 1));
    var named = at < 0 ? rest : rest.substring(0, at);
    int colon = named.indexOf(':', Math.max(0, named.lastIndexOf('/')));
    String tag = colon < 0 ? null : named.substring(colon + 1);
    var path = colon < 0 ? named : named.substring(0, colon);
    check(path.startsWith("/") && path.length() > 1, text, "its path is not absolute");
    check(path.indexOf(0) < 0, text, "its path holds a NUL");
    check(!(path + "/").contains("/../"), text, "its path holds ..; write it without");
    check(tag == null || TAG.matcher(tag).matches(), text, "its tag '" + tag + "' is none");
    return new Layout(Path.of(path), tag, digest);
  }

  private static void check(boolean holds, String text, String problem) {
    if (!holds) {
      throw new BadImage("image '" + text + "': " + problem);
    }
  }
}
