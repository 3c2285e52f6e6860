package dev.regrow.schema;

import com.google.protobuf.Message;
import com.google.protobuf.ProtocolMessageEnum;
import dev.regrow.v1.Config;
import dev.regrow.v1.Namespace;
import dev.regrow.v1.Secret;
import dev.regrow.v1.Workload;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The one mapping between messages and what people read and write. It knows no message by name but
 * the workload; everything else is read from the descriptors and their options.
 *
 * <pre>{@code
 * Parsed<Workload> parsed = Schema.parse(Workload.getDefaultInstance(), body, Syntax.YAML);
 * if (parsed.ok()) { store(Schema.withDefaults(parsed.orThrow())); }
 * else { refuse(parsed.verdict().httpStatus(), parsed.violations()); }
 * }</pre>
 */
public final class Schema {
  /** Of the defaults and formats in the options; revisions say by which one they were made. */
  public static final int VERSION = 1;

  /** The largest text that is read, in bytes of UTF-8. */
  public static final int MAX_BYTES = 1024 * 1024;

  /** The deepest nesting of objects and lists that is read. */
  public static final int MAX_DEPTH = 64;

  /** How many violations are told at once. */
  public static final int MAX_VIOLATIONS = 50;

  private static final int MAX_DOCUMENTS = 1000;

  private Schema() {}

  /**
   * Reads one object that people wrote, strictly, and judges it. Defaults are not written in; what
   * only the server sets is ignored.
   *
   * @param type any instance of the wanted type
   */
  public static <T extends Message> Parsed<T> parse(T type, byte[] body, Syntax syntax) {
    if (body.length > MAX_BYTES) {
      return tooLarge(body.length);
    }
    Tree plain = syntax == Syntax.JSON ? PlainJson.read(body) : null;
    if (plain != null) {
      return declared(type, plain, null);
    }
    try {
      return parseChecked(type, Text.decode(body), syntax);
    } catch (MalformedTextException malformed) {
      return malformed(malformed);
    }
  }

  /** Like {@link #parse(Message, byte[], Syntax)}, of a text. */
  public static <T extends Message> Parsed<T> parse(T type, String text, Syntax syntax) {
    int size = text.getBytes(StandardCharsets.UTF_8).length;
    if (size > MAX_BYTES) {
      return tooLarge(size);
    }
    try {
      return parseChecked(type, text, syntax);
    } catch (MalformedTextException malformed) {
      return malformed(malformed);
    }
  }

  private static <T extends Message> Parsed<T> parseChecked(T type, String text, Syntax syntax)
      throws MalformedTextException {
    List<Tree> documents = trees(text, syntax);
    if (documents.size() == 1) {
      return declared(type, documents.get(0), null);
    }
    Mark mark = documents.isEmpty() ? new Mark(1, 1) : documents.get(1).mark();
    String problem =
        documents.isEmpty()
            ? "the text holds no object"
            : "a second document begins here; send one object at a time";
    throw new MalformedTextException(Path.ROOT, mark, problem);
  }

  /**
   * Reads the manifests of one file: every document that is not empty, in order. After a syntax
   * error comes nothing more, and the last element says where it is.
   *
   * @param variables for {@code ${K}}; null leaves those as they are
   */
  public static <T extends Message> List<Parsed<T>> parseDocuments(
      T type, byte[] body, Syntax syntax, @Nullable Map<String, String> variables) {
    if (body.length > MAX_BYTES) {
      return List.of(tooLarge(body.length));
    }
    List<Parsed<T>> results = new ArrayList<>();
    try {
      String text = Text.decode(body);
      Text.check(text);
      if (syntax == Syntax.JSON) {
        results.add(declared(type, JsonTree.read(text), variables));
      } else {
        YamlTree.read(
            text,
            document -> {
              bounded(results.size(), document.mark());
              results.add(declared(type, document, variables));
            });
      }
    } catch (MalformedTextException malformed) {
      results.add(malformed(malformed));
    }
    return results;
  }

  /**
   * Like {@link #parseDocuments}, of all kinds of objects: each document's {@code kind} says of
   * which type it is.
   */
  public static List<Parsed<? extends Message>> parseManifests(
      byte[] body, Syntax syntax, @Nullable Map<String, String> variables) {
    if (body.length > MAX_BYTES) {
      return List.of(tooLarge(body.length));
    }
    List<Parsed<? extends Message>> results = new ArrayList<>();
    try {
      String text = Text.decode(body);
      Text.check(text);
      if (syntax == Syntax.JSON) {
        var document = JsonTree.read(text);
        results.add(manifest(document, variables));
      } else {
        YamlTree.read(
            text,
            document -> {
              bounded(results.size(), document.mark());
              results.add(manifest(document, variables));
            });
      }
    } catch (MalformedTextException malformed) {
      results.add(malformed(malformed));
    }
    return results;
  }

  private static void bounded(int documents, Mark mark) throws MalformedTextException {
    if (documents == MAX_DOCUMENTS) {
      throw new MalformedTextException(
          Path.ROOT, mark, "more than " + MAX_DOCUMENTS + " documents; split the file");
    }
  }

  private static List<Tree> trees(String text, Syntax syntax) throws MalformedTextException {
    Text.check(text);
    if (syntax == Syntax.JSON) {
      return List.of(JsonTree.read(text));
    }
    List<Tree> documents = new ArrayList<>();
    YamlTree.read(
        text,
        document -> {
          bounded(documents.size(), document.mark());
          documents.add(document);
        });
    return documents;
  }

  /** Of a kind that is unknown nothing else can be judged. */
  private static Parsed<? extends Message> manifest(
      Tree document, @Nullable Map<String, String> variables) {
    var unknown = Kinds.unknown(document);
    return unknown == null
        ? declared(Kinds.typeOf(document), document, variables)
        : Parsed.refused(Verdict.INVALID, List.of(unknown));
  }

  private static <T extends Message> Parsed<T> declared(
      T type, Tree document, @Nullable Map<String, String> variables) {
    var findings = new Findings();
    Tree tree =
        variables == null
            ? document
            : new Substitution(variables, findings).in(document, Path.ROOT);
    T value = read(type, tree, TreeReader.Source.DECLARED, findings);
    if (!findings.isUnreadable(Path.ROOT)) {
      judge(value, findings);
    }
    List<Violation> violations = findings.violations();
    return violations.isEmpty() ? Parsed.of(value) : Parsed.refused(Verdict.INVALID, violations);
  }

  /**
   * Reads what a server answered: fields of a newer release are ignored, what the server sets is
   * kept, nothing is judged.
   *
   * @throws InvalidObjectException if it is not such an answer
   */
  public static <T extends Message> T readAnswer(T type, String text, Syntax syntax) {
    try {
      var findings = new Findings();
      List<Tree> documents = trees(text, syntax);
      if (documents.isEmpty()) {
        throw new MalformedTextException(Path.ROOT, new Mark(1, 1), "the text holds no object");
      }
      T value = read(type, documents.get(0), TreeReader.Source.ANSWERED, findings);
      if (!findings.violations().isEmpty()) {
        throw new InvalidObjectException(Verdict.INVALID, findings.violations());
      }
      return value;
    } catch (MalformedTextException malformed) {
      throw new InvalidObjectException(Verdict.MALFORMED, List.of(malformed.violation()));
    }
  }

  private static <T extends Message> T read(
      T type, Tree tree, TreeReader.Source source, Findings findings) {
    Message.Builder builder = type.newBuilderForType();
    new TreeReader(source, findings).read(tree, builder, Path.ROOT);
    return sameType(type, builder.build());
  }

  /** What is wrong with a message that people sent as Protobuf; empty when nothing is. */
  public static List<Violation> violations(Message message) {
    var findings = new Findings();
    judge(message, findings);
    return findings.violations();
  }

  private static void judge(Message message, Findings findings) {
    new Validator(findings).check(message, Path.ROOT);
    if (message instanceof Workload workload) {
      WorkloadRules.check(withDefaults(workload), findings);
    } else if (message instanceof Config config) {
      ConfigRules.check(config, findings);
    } else if (message instanceof Secret secret) {
      ConfigRules.check(secret, findings);
    } else if (message instanceof Namespace namespace) {
      NamespaceRules.check(namespace, findings);
    }
  }

  /**
   * The same with every default written in, also in nested messages; {@code replicas} stays absent.
   * Idempotent. An exclusive workload gets surge 0 and at least 1 unavailable, whatever it says.
   */
  public static <T extends Message> T withDefaults(T message) {
    Message asked = message instanceof Workload given ? WorkloadRules.leftToImage(given) : message;
    Message result = Defaults.writtenInto(asked);
    return sameType(
        message, result instanceof Workload workload ? WorkloadRules.normalised(workload) : result);
  }

  /** How a value of an enumeration is written outside; empty: it says nothing. */
  public static String text(ProtocolMessageEnum value) {
    var text = EnumNames.of(value.getDescriptorForType()).text(value.getNumber());
    return text == null ? "" : text;
  }

  /** On one line. */
  public static String toJson(Message message) {
    return written(message, new JsonSink(false));
  }

  /** On one line, in UTF-8. */
  public static byte[] toJsonBytes(Message message) {
    return toJson(message).getBytes(StandardCharsets.UTF_8);
  }

  /** Indented, for people. */
  public static String toPrettyJson(Message message) {
    return written(message, new JsonSink(true)) + "\n";
  }

  /** One document in block style, without {@code ---}. */
  public static String toYaml(Message message) {
    return written(message, new YamlSink());
  }

  private static String written(Message message, Sink sink) {
    new MessageWriter(sink).write(message);
    return sink.result();
  }

  @SuppressWarnings("unchecked") // A builder makes the type that made the builder.
  private static <T extends Message> T sameType(T type, Message message) {
    return (T) type.getClass().cast(message);
  }

  private static <T extends Message> Parsed<T> malformed(MalformedTextException malformed) {
    return Parsed.refused(Verdict.MALFORMED, List.of(malformed.violation()));
  }

  private static <T extends Message> Parsed<T> tooLarge(int size) {
    String message = "the text has " + size + " bytes; at most " + MAX_BYTES + " are read";
    return Parsed.refused(Verdict.TOO_LARGE, List.of(new Violation("", 0, 0, message)));
  }
}
