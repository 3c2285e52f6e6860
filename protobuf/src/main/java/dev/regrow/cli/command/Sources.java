package dev.regrow.cli.command;

import com.google.protobuf.Message;
import dev.regrow.cli.Failure;
import dev.regrow.client.FileTrouble;
import dev.regrow.schema.Parsed;
import dev.regrow.schema.Schema;
import dev.regrow.schema.Syntax;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Reads manifests: of files, of folders (their *.yaml, *.yml and *.json, not deeper), or of "-",
 * the input.
 */
public final class Sources {
  private static final int FILES_MAX = 10_000;

  /**
   * @param from the file, or "(input)"
   */
  public record Manifest(String from, Declaration declared) {}

  private final List<String> problems = new ArrayList<>();
  private final List<Manifest> manifests = new ArrayList<>();
  private final Map<String, String> variables;

  private Sources(Map<String, String> variables) {
    this.variables = variables;
  }

  /** What manifests hold, and what is wrong with them, a line each. */
  public record Read(List<Manifest> manifests, List<String> problems) {}

  /**
   * Everything in them, in order.
   *
   * @param variables for {@code ${K}}
   * @throws Failure naming file, line and column of each thing that is wrong
   */
  public static List<Manifest> read(List<String> names, Map<String, String> variables) {
    var read = readAll(names, variables);
    if (!read.problems().isEmpty()) {
      throw Failure.error("nothing was changed:\n  " + String.join("\n  ", read.problems()));
    }
    return read.manifests();
  }

  /** Everything in them, with what is wrong instead of a failure. */
  public static Read readAll(List<String> names, Map<String, String> variables) {
    var sources = new Sources(variables);
    names.forEach(sources::add);
    sources.tellTwins();
    if (sources.manifests.isEmpty() && sources.problems.isEmpty()) {
      sources.problems.add("there is no manifest in " + String.join(", ", names));
    }
    return new Read(sources.manifests, sources.problems);
  }

  /** {@code K=V} of options as a map. */
  public static Map<String, String> variables(List<String> pairs) {
    var variables = new LinkedHashMap<String, String>();
    for (var pair : pairs) {
      int equals = pair.indexOf('=');
      if (equals < 1) {
        throw Failure.usage("--var " + pair + ": write it as --var NAME=VALUE");
      }
      variables.put(pair.substring(0, equals), pair.substring(equals + 1));
    }
    return variables;
  }

  private void add(String name) {
    try {
      if (name.equals("-")) {
        parse("(input)", System.in.readNBytes(Schema.MAX_BYTES + 1), Syntax.YAML);
        return;
      }
      var path = Path.of(name);
      if (Files.isDirectory(path)) {
        try (Stream<Path> entries = Files.list(path)) {
          for (var file : entries.filter(Sources::isManifest).sorted().limit(FILES_MAX).toList()) {
            parse(file);
          }
        }
      } else {
        parse(path);
      }
    } catch (IOException e) {
      problems.add(name + ": cannot be read: " + FileTrouble.words(e));
    }
  }

  private static boolean isManifest(Path path) {
    var name = path.getFileName().toString();
    return Files.isRegularFile(path)
        && (name.endsWith(".yaml") || name.endsWith(".yml") || name.endsWith(".json"));
  }

  private void parse(Path file) throws IOException {
    var syntax = file.toString().endsWith(".json") ? Syntax.JSON : Syntax.YAML;
    try (var in = Files.newInputStream(file)) {
      parse(file.toString(), in.readNBytes(Schema.MAX_BYTES + 1), syntax);
    }
  }

  private void parse(String from, byte[] text, Syntax syntax) {
    for (Parsed<? extends Message> parsed : Schema.parseManifests(text, syntax, variables)) {
      parsed.violations().forEach(violation -> problems.add(from + ":" + violation));
      if (parsed.ok()) {
        manifests.add(new Manifest(from, Declaration.of(parsed.orThrow())));
      }
    }
  }

  private void tellTwins() {
    var seen = new LinkedHashMap<String, String>();
    for (var manifest : manifests) {
      var declared = manifest.declared();
      var id = declared.collection() + " " + declared.namespace() + "/" + declared.name();
      var before = seen.put(id, manifest.from());
      if (before != null) {
        problems.add(
            manifest.from() + ": " + declared.name() + " is declared in " + before + " too");
      }
    }
  }

  /**
   * The namespace written in where the manifest names none.
   *
   * @throws Failure when the command named one and the manifest another
   */
  public static Declaration in(Manifest manifest, String namespace, boolean named) {
    var declared = manifest.declared();
    if (declared.namespace().isEmpty()) {
      return declared.in(namespace);
    }
    if (named && !declared.namespace().equals(namespace)) {
      throw Failure.error(
          manifest.from()
              + ": "
              + declared.name()
              + " is of namespace "
              + declared.namespace()
              + ", but -n says "
              + namespace
              + "; leave one of them out");
    }
    return declared;
  }

  /** What the manifests of a command declare, in the order in which it is to be applied. */
  static List<Declaration> declared(
      List<String> files, List<String> variables, String namespace, boolean named) {
    return read(files, variables(variables)).stream()
        .map(each -> in(each, namespace, named))
        .sorted(Declaration.usedFirst())
        .toList();
  }
}
