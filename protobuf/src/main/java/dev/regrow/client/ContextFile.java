package dev.regrow.client;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import dev.regrow.client.Context.LocalNode;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Optional;

/** The file that holds a context: JSON, mode 0600, replaced as a whole. */
public final class ContextFile {

  private final Path path;
  private final Owner owner;

  private ContextFile(Path path, Owner owner) {
    this.path = path;
    this.owner = owner;
  }

  /** A file of the one who runs this. */
  public static ContextFile at(Path path) {
    return new ContextFile(path, Owner.SELF);
  }

  /** {@code $REGROW_CONTEXT}, else {@code ~/.config/regrow/context.json} of the invoking user. */
  public static ContextFile ofUser() {
    var chosen = System.getenv("REGROW_CONTEXT");
    if (chosen != null && !chosen.isEmpty()) {
      return at(Path.of(chosen));
    }
    var owner = Owner.invoking();
    return new ContextFile(owner.home().resolve(".config/regrow/context.json"), owner);
  }

  public Path path() {
    return path;
  }

  /**
   * What it holds; empty when there is no such file.
   *
   * @throws IOException naming the file, when it cannot be read or is no context
   */
  public Optional<Context> read() throws IOException {
    String text;
    try {
      text = Files.readString(path);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new IOException(
          "cannot read the context file " + path + ": " + FileTrouble.words(e), e);
    }
    try {
      return Optional.of(parse(text));
    } catch (IOException e) {
      throw new IOException(
          "the context file " + path + " is damaged (" + e.getMessage() + "); remove it", e);
    }
  }

  private static Context parse(String text) throws IOException {
    var tree = Json.read(text);
    var address = Json.text(tree, "address");
    if (address.isEmpty()) {
      throw new IOException("it holds no address");
    }
    var namespace = Json.text(tree, "namespace");
    var nodes = new ArrayList<LocalNode>();
    for (var node : Json.list(tree, "nodes")) {
      nodes.add(
          new LocalNode(
              Json.text(node, "name"),
              Json.text(node, "address"),
              Json.number(node, "pid"),
              Json.number(node, "startTime"),
              Json.text(node, "data")));
    }
    return new Context(
        address,
        Json.text(tree, "token"),
        pem(Json.text(tree, "ca")),
        namespace.isEmpty() ? Context.DEFAULT_NAMESPACE : namespace,
        nodes);
  }

  /** A certificate may be written out, or named by its file or by its digest. */
  static String pem(String textOrPath) throws IOException {
    boolean digest = textOrPath.startsWith("sha256:");
    if (textOrPath.isEmpty() || digest || textOrPath.contains("-----BEGIN")) {
      return textOrPath;
    }
    try {
      return Files.readString(Path.of(textOrPath), StandardCharsets.US_ASCII);
    } catch (IOException e) {
      throw new IOException(
          "cannot read the CA certificate " + textOrPath + ": " + FileTrouble.words(e), e);
    }
  }

  /**
   * Replaces the file.
   *
   * @throws IOException naming the file
   */
  public void write(Context context) throws IOException {
    var next = path.resolveSibling(path.getFileName() + ".next");
    try {
      if (path.getParent() != null) {
        owner.makeFolders(path.getParent());
      }
      Files.deleteIfExists(next);
      Files.createFile(
          next, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(next, toJson(context) + "\n");
      owner.own(next);
      // A power cut may keep the new name of what was never written, and the only token with it.
      try (var written = FileChannel.open(next, StandardOpenOption.WRITE)) {
        written.force(true);
      }
      Files.move(next, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new IOException(
          "cannot write the context file " + path + ": " + FileTrouble.words(e), e);
    }
  }

  public void delete() throws IOException {
    Files.deleteIfExists(path);
  }

  /** The object as it is in the file. */
  public static String toJson(Context context) {
    var out = new StringWriter();
    try (var json =
        new JsonFactory().createGenerator(out).setPrettyPrinter(new DefaultPrettyPrinter())) {
      json.writeStartObject();
      json.writeStringField("address", context.address());
      json.writeStringField("token", context.token());
      json.writeStringField("ca", context.ca());
      json.writeStringField("namespace", context.namespace());
      json.writeArrayFieldStart("nodes");
      for (var node : context.nodes()) {
        json.writeStartObject();
        json.writeStringField("name", node.name());
        json.writeStringField("address", node.address());
        json.writeNumberField("pid", node.pid());
        json.writeNumberField("startTime", node.startTime());
        json.writeStringField("data", node.data());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    } catch (IOException e) {
      throw new IllegalStateException("a text in memory cannot be written", e);
    }
    return out.toString();
  }
}
