package dev.regrow.chaos.scenario;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/**
 * A second build of Regrow, one release on: it knows feature level 2. Made of today's sources with
 * a few edits, so that what changes between releases is tried before there is a next one.
 *
 * <ul>
 *   <li>a message has one more field ({@code NodeFact.Summary}),
 *   <li>there is one more message ({@code GateMessage.Greet}), sent whoever may understand it,
 *   <li>a stored object has one more field ({@code StoredNode}, number {@value #FIELD}),
 *   <li>the store has one more command, of level 2: it makes the record of a token, {@value
 *       #TOKEN}.
 * </ul>
 */
final class NextRelease {

  static final String VERSION = "next";
  static final int LEVEL = 2;
  static final int FIELD = 1000;
  static final String TOKEN = "next";

  private static final String CORE = "cluster-core/src/main/java/dev/regrow/core/";
  private static final String ACTORS = "workload-actors/src/main/java/dev/regrow/actors/";

  private record Edit(String file, String before, String after) {}

  private static final List<Edit> EDITS =
      List.of(
          new Edit(CORE + "store/FeatureLevel.java", "int KNOWN = 1;", "int KNOWN = 2;"),
          new Edit(
              ACTORS + "link/NodeFact.java",
              "@Tag(15) List<Integer> portsReserved)",
              "@Tag(15) List<Integer> portsReserved, @Tag(900) String motto)"),
          new Edit(
              ACTORS + "agent/Summaries.java",
              "reserved.ports().codes());",
              "reserved.ports().codes(), \"onward\");"),
          new Edit(
              ACTORS + "bridge/GateMessage.java",
              "extends WireMessage {",
              "extends WireMessage { record Greet(@Tag(1) String words) implements GateMessage {}"),
          new Edit(
              ACTORS + "wire/WireTypes.java",
              "record(160, GateMessage.Tell.class),",
              "record(190, GateMessage.Greet.class), record(160, GateMessage.Tell.class),"),
          new Edit(
              ACTORS + "bridge/NodeBridge.java",
              "gate.tell(new GateMessage.Tell(",
              "gate.tell(new GateMessage.Greet(\"hello\")); gate.tell(new GateMessage.Tell("),
          new Edit(
              ACTORS + "bootstrap/Registration.java",
              "return node.build();",
              "return node.mergeUnknownFields(com.google.protobuf.UnknownFieldSet.newBuilder()"
                  + ".addField(1000, com.google.protobuf.UnknownFieldSet.Field.newBuilder()"
                  + ".addVarint(7).build()).build()).build();"),
          new Edit(
              CORE + "store/raft/Commands.java",
              "setFeatureLevel(level).addAllTxns(txns)",
              "setFeatureLevel(level).addAllTxns(txns).mergeUnknownFields(level < 2"
                  + " ? com.google.protobuf.UnknownFieldSet.getDefaultInstance()"
                  + " : com.google.protobuf.UnknownFieldSet.newBuilder().addField(1000,"
                  + " com.google.protobuf.UnknownFieldSet.Field.newBuilder().addVarint(1).build())"
                  + ".build())"),
          new Edit(
              CORE + "store/raft/StoreMachine.java",
              "    return results;\n",
              "    if (command.getUnknownFields().hasField(1000)) {"
                  + " state.replica().apply(List.of(new Call(0, 0, new dev.regrow.core.store.Txn("
                  + "List.of(new dev.regrow.core.store.Txn.Condition.Absent(\"tokens/next\")),"
                  + "List.of(new dev.regrow.core.store.Txn.Write.Put(\"tokens/next\","
                  + "dev.regrow.v1.StoredToken.newBuilder().setId(\"next\").build()"
                  + ".toByteString())))))); } return results;\n"));

  private NextRelease() {}

  /**
   * Builds it.
   *
   * @param home today's distribution
   * @param sources the folder of the modules
   * @param folder an empty one for the new distribution and what it is made of
   * @return the new distribution's home
   */
  static Path build(Path home, Path sources, Path folder) {
    try {
      Path next = folder.resolve("next");
      copy(home, next);
      Path classes = Files.createDirectories(folder.resolve("classes"));
      compile(edited(sources, Files.createDirectories(folder.resolve("sources"))), home, classes);
      replace(next, classes);
      return next;
    } catch (IOException e) {
      throw new UncheckedIOException("build the next release in " + folder, e);
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (var tree = Files.walk(from)) {
      for (Path each : tree.toList()) {
        Path there = to.resolve(from.relativize(each).toString());
        if (!each.startsWith(from.resolve("cache"))) {
          Files.copy(each, there, StandardCopyOption.COPY_ATTRIBUTES);
        }
      }
    }
  }

  /** Also who has a constant of an edited file compiled in. */
  private static List<Path> edited(Path sources, Path into) throws IOException {
    var texts = new LinkedHashMap<String, String>();
    for (String file : constantUsers(sources)) {
      texts.put(file, Files.readString(sources.resolve(file)));
    }
    for (Edit edit : EDITS) {
      String text = texts.get(edit.file());
      String before = text == null ? Files.readString(sources.resolve(edit.file())) : text;
      if (before.split(Pattern.quote(edit.before()), -1).length != 2) {
        throw new AssertionError(
            "%s does not hold '%s' once: bring NextRelease up to date"
                .formatted(edit.file(), edit.before()));
      }
      texts.put(edit.file(), before.replace(edit.before(), edit.after()));
    }
    var written = new ArrayList<Path>();
    for (var text : texts.entrySet()) {
      Path file = into.resolve(text.getKey());
      Files.createDirectories(file.getParent());
      written.add(Files.writeString(file, text.getValue()));
    }
    return written;
  }

  private static Set<String> constantUsers(Path sources) throws IOException {
    var users = new TreeSet<String>();
    for (String module : List.of(CORE, ACTORS)) {
      try (Stream<Path> tree = Files.walk(sources.resolve(module))) {
        for (Path file : tree.filter(each -> each.toString().endsWith(".java")).toList()) {
          if (Files.readString(file).contains("FeatureLevel.KNOWN")) {
            users.add(sources.relativize(file).toString());
          }
        }
      }
    }
    return users;
  }

  private static void compile(List<Path> sources, Path home, Path classes) throws IOException {
    var compiler = ToolProvider.getSystemJavaCompiler();
    try (var files = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8);
        Stream<Path> jars = Files.list(home.resolve("lib"))) {
      String path = String.join(":", jars.map(Path::toString).toList());
      var options =
          List.of(
              "-proc:none", "-nowarn", "--release", "17", "-cp", path, "-d", classes.toString());
      var complaints = new StringWriter();
      var units = files.getJavaFileObjectsFromPaths(sources);
      if (!compiler.getTask(complaints, files, null, options, null, units).call()) {
        throw new AssertionError("the next release does not compile:\n" + complaints);
      }
    }
  }

  private static void replace(Path home, Path classes) throws IOException {
    for (String artifact : List.of("regrow-cluster-core", "regrow-workload-actors")) {
      Path jar = only(home.resolve("lib"), artifact);
      try (var zip = FileSystems.newFileSystem(jar, Map.of());
          Stream<Path> tree = Files.walk(classes)) {
        for (Path file : tree.filter(Files::isRegularFile).toList()) {
          Path there = zip.getPath("/" + classes.relativize(file));
          if (belongs(there)) {
            Files.copy(file, there, StandardCopyOption.REPLACE_EXISTING);
          }
        }
        Path manifest = zip.getPath("/META-INF/MANIFEST.MF");
        String text = Files.readString(manifest);
        Files.writeString(
            manifest,
            text.replaceFirst(
                "Implementation-Version: [^\r\n]*", "Implementation-Version: " + VERSION));
      }
    }
  }

  /** Whether the jar has that package. */
  private static boolean belongs(Path inJar) {
    Path folder = inJar.getParent();
    return folder != null && Files.isDirectory(folder);
  }

  private static Path only(Path lib, String artifact) throws IOException {
    try (Stream<Path> jars = Files.list(lib)) {
      return jars.filter(jar -> jar.getFileName().toString().startsWith(artifact))
          .findFirst()
          .orElseThrow(() -> new AssertionError("no " + artifact + " in " + lib));
    }
  }
}
