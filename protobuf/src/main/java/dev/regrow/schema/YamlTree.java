package dev.regrow.schema;

import dev.regrow.schema.Tree.Entry;
import dev.regrow.schema.Tree.Items;
import dev.regrow.schema.Tree.Scalar;
import dev.regrow.schema.Tree.ScalarType;
import dev.regrow.schema.Tree.Table;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.DocumentStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Reads a bounded subset of YAML 1.2 (core schema) from parser events, so that nothing is ever
 * instantiated and nothing recurses deeper than {@link Schema#MAX_DEPTH}: no aliases, no tags but
 * the core ones, no duplicate keys.
 */
final class YamlTree {
  private static final Pattern NUMBER =
      Pattern.compile("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?");
  private static final Set<String> NULLS = Set.of("", "~", "null", "Null", "NULL");
  private static final Set<String> TRUES = Set.of("true", "True", "TRUE");
  private static final Set<String> FALSES = Set.of("false", "False", "FALSE");
  private static final String CORE = "tag:yaml.org,2002:";

  private final String text;
  private final Iterator<Event> events;

  private YamlTree(String text) {
    this.text = text;
    this.events =
        new Parse(LoadSettings.builder().setLabel("text").setParseComments(false).build())
            .parseReader(new WholeCharacters(text))
            .iterator();
  }

  /** Called for each document in turn. */
  interface Documents {
    void next(Tree document) throws MalformedTextException;
  }

  /**
   * Reads the documents that are not empty, in order; those before a syntax error have been handed
   * over when it is thrown.
   */
  static void read(String text, Documents documents) throws MalformedTextException {
    var reader = new YamlTree(text);
    while (true) {
      Event event = reader.next();
      if (event.getEventId() == Event.ID.StreamEnd) {
        return;
      }
      if (event instanceof DocumentStartEvent) {
        Tree document = reader.value(reader.next(), Path.ROOT, 0);
        if (!(document instanceof Scalar scalar && scalar.isNull())) {
          documents.next(document);
        }
      }
    }
  }

  private Tree value(Event event, Path path, int depth) throws MalformedTextException {
    Mark mark = mark(event.getStartMark());
    if (depth > Schema.MAX_DEPTH) {
      throw new MalformedTextException(
          Path.ROOT, mark, "nested deeper than " + Schema.MAX_DEPTH + " levels");
    }
    if (event instanceof MappingStartEvent start) {
      checkTag(start.getTag(), "map", path, mark);
      return table(path, mark, depth);
    }
    if (event instanceof SequenceStartEvent start) {
      checkTag(start.getTag(), "seq", path, mark);
      return items(path, mark, depth);
    }
    if (event instanceof ScalarEvent scalar) {
      return scalar(scalar, path, mark);
    }
    if (event instanceof AliasEvent) {
      throw new MalformedTextException(
          path, mark, "anchors and aliases are not read; write the value out");
    }
    throw new MalformedTextException(path, mark, "not YAML: unexpected " + event.getEventId());
  }

  private Table table(Path path, Mark mark, int depth) throws MalformedTextException {
    List<Entry> entries = new ArrayList<>();
    Set<String> keys = new HashSet<>();
    for (Event event = next(); event.getEventId() != Event.ID.MappingEnd; event = next()) {
      Mark keyMark = mark(event.getStartMark());
      if (!(event instanceof ScalarEvent scalar)) {
        throw new MalformedTextException(path, keyMark, "a key must be plain text");
      }
      String key = scalar.getValue();
      if (!keys.add(key)) {
        throw new MalformedTextException(path.field(key), keyMark, "is written twice; keep one");
      }
      entries.add(new Entry(keyMark, key, value(next(), path.field(key), depth + 1)));
    }
    return new Table(mark, entries);
  }

  private Items items(Path path, Mark mark, int depth) throws MalformedTextException {
    List<Tree> items = new ArrayList<>();
    for (Event event = next(); event.getEventId() != Event.ID.SequenceEnd; event = next()) {
      items.add(value(event, path.item(items.size()), depth + 1));
    }
    return new Items(mark, items);
  }

  private static Scalar scalar(ScalarEvent event, Path path, Mark mark)
      throws MalformedTextException {
    String value = event.getValue();
    Optional<String> tag = event.getTag();
    if (tag.isEmpty()) {
      return new Scalar(mark, event.isPlain() ? typeOf(value) : ScalarType.TEXT, value, false);
    }
    if (tag.get().equals(CORE + "str") || tag.get().equals("!")) {
      return new Scalar(mark, ScalarType.TEXT, value, false);
    }
    throw unreadTag(tag.get(), path, mark);
  }

  /** The core schema's reading of a plain scalar. */
  static ScalarType typeOf(String plain) {
    if (NULLS.contains(plain)) {
      return ScalarType.NULL;
    }
    if (TRUES.contains(plain) || FALSES.contains(plain)) {
      return ScalarType.BOOL;
    }
    return plain.length() <= 100 && NUMBER.matcher(plain).matches()
        ? ScalarType.NUMBER
        : ScalarType.TEXT;
  }

  private static void checkTag(Optional<String> tag, String core, Path path, Mark mark)
      throws MalformedTextException {
    if (tag.isPresent() && !tag.get().equals(CORE + core) && !tag.get().equals("!")) {
      throw unreadTag(tag.get(), path, mark);
    }
  }

  private static MalformedTextException unreadTag(String tag, Path path, Mark mark) {
    return new MalformedTextException(
        path, mark, "the tag " + Quoting.quoted(tag) + " is not read; leave it out");
  }

  private Event next() throws MalformedTextException {
    try {
      return events.next();
    } catch (MarkedYamlEngineException broken) {
      Optional<org.snakeyaml.engine.v2.exceptions.Mark> mark = broken.getProblemMark();
      throw new MalformedTextException(
          Path.ROOT,
          mark(mark.isPresent() ? mark : broken.getContextMark()),
          "not YAML: " + words(broken));
    } catch (ReaderException broken) {
      throw new MalformedTextException(
          Path.ROOT,
          characterMark(broken.getPosition()),
          String.format("the character U+%04X is not allowed in YAML", broken.getCodePoint()));
    } catch (YamlEngineException broken) {
      throw new MalformedTextException(
          Path.ROOT, new Mark(1, 1), "not YAML: " + broken.getMessage());
    }
  }

  private String words(MarkedYamlEngineException broken) {
    if (broken.getProblemMark().map(mark -> isVariable(mark.getIndex())).orElse(false)) {
      return "${...} between { and } or [ and ] must be in quotes: \"${NAME:-default}\"";
    }
    @Nullable String context = broken.getContext();
    String problem = broken.getProblem();
    return (context == null ? problem : context + ", " + problem).replace('\n', ' ');
  }

  /** Whether the brace of a ${ is at that code point. */
  private boolean isVariable(int codePoints) {
    if (codePoints < 1 || codePoints >= text.codePointCount(0, text.length())) {
      return false;
    }
    int at = text.offsetByCodePoints(0, codePoints);
    return text.charAt(at) == '{' && text.charAt(at - 1) == '$';
  }

  /** The parser counts code points from the beginning of the text. */
  private Mark characterMark(int codePoints) {
    int known = Math.min(codePoints, text.codePointCount(0, text.length()));
    return Mark.of(text, text.offsetByCodePoints(0, known));
  }

  private static Mark mark(Optional<org.snakeyaml.engine.v2.exceptions.Mark> mark) {
    return mark.map(it -> new Mark(it.getLine() + 1, it.getColumn() + 1)).orElse(new Mark(1, 1));
  }
}
