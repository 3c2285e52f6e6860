package dev.regrow.cli.usage;

import dev.regrow.cli.usage.Usage.Argument;
import dev.regrow.cli.usage.Usage.Option;
import dev.regrow.schema.Suggestion;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the words after a command's name: {@code --name value}, {@code --name=value}, {@code -n
 * value}, {@code -nvalue}, several letters behind one dash, options before, between and after the
 * arguments, and {@code --}, after which all is arguments.
 */
public final class Words {
  private final Usage usage;
  private final Deque<String> left;
  private final List<String> arguments = new ArrayList<>();
  private final Set<Option> given = new HashSet<>();

  private Words(Usage usage, List<String> words) {
    this.usage = usage;
    this.left = new ArrayDeque<>(words);
  }

  /**
   * Hands each word to what it was declared for.
   *
   * @return false when help is wanted instead
   * @throws WrongUsageException when they do not fit
   */
  public static boolean read(Usage usage, List<String> words) throws WrongUsageException {
    return usage.isUnread() || new Words(usage, words).read();
  }

  private boolean read() throws WrongUsageException {
    while (!left.isEmpty()) {
      var word = left.remove();
      if (word.equals("--")) {
        arguments.addAll(left);
        left.clear();
      } else if (word.equals("-h") || word.equals("--help")) {
        return false;
      } else if (word.startsWith("--")) {
        named(word);
      } else if (word.startsWith("-") && word.length() > 1 && !isNumber(word)) {
        letters(word);
      } else {
        arguments.add(word);
      }
    }
    hand();
    for (var option : usage.options()) {
      if (option.required() && !given.contains(option)) {
        throw new WrongUsageException(
            "%s %s is missing".formatted(option.longest(), option.label()));
      }
    }
    return true;
  }

  private static boolean isNumber(String word) {
    return Character.isDigit(word.charAt(1));
  }

  private void named(String word) throws WrongUsageException {
    int equals = word.indexOf('=');
    var option = option(equals < 0 ? word : word.substring(0, equals));
    if (option == null) {
      throw unexpected(word);
    }
    if (option.takesValue()) {
      give(option, equals < 0 ? value(option) : word.substring(equals + 1));
    } else if (equals < 0) {
      give(option, "");
    } else {
      throw new WrongUsageException(option.longest() + " has no value: leave out what follows it");
    }
  }

  private void letters(String word) throws WrongUsageException {
    for (int i = 1; i < word.length(); i++) {
      var option = option("-" + word.charAt(i));
      if (option == null) {
        throw unexpected(word);
      }
      if (option.takesValue()) {
        var rest = word.substring(i + 1);
        give(option, rest.isEmpty() ? value(option) : rest);
        return;
      }
      give(option, "");
    }
  }

  private String value(Option option) throws WrongUsageException {
    var next = left.peek();
    if (next == null || next.equals("--") || option(next) != null) {
      throw new WrongUsageException(
          "%s wants a value: %s %s".formatted(option.longest(), option.longest(), option.label()));
    }
    return left.remove();
  }

  private @Nullable Option option(String name) {
    for (var option : usage.options()) {
      if (option.names().contains(name)) {
        return option;
      }
    }
    return null;
  }

  private void give(Option option, String value) throws WrongUsageException {
    given.add(option);
    try {
      option.into().accept(value);
    } catch (IllegalArgumentException e) {
      throw new WrongUsageException(option.longest() + ": " + e.getMessage());
    }
  }

  /** Arguments go to those declared, in order, each taking as many as the later ones can spare. */
  private void hand() throws WrongUsageException {
    int next = 0;
    var declared = usage.arguments();
    int owed = arguments.size();
    for (var argument : declared) {
      owed -= argument.least();
      if (owed < 0) {
        throw new WrongUsageException(argument.label() + " is missing");
      }
    }
    for (int i = 0; i < declared.size(); i++) {
      var argument = declared.get(i);
      int needed =
          declared.subList(i + 1, declared.size()).stream().mapToInt(Argument::least).sum();
      int end = Math.min(next + argument.most(), Math.max(next, arguments.size() - needed));
      for (; next < end; next++) {
        take(argument, arguments.get(next));
      }
    }
    if (next < arguments.size()) {
      throw new WrongUsageException("\"" + arguments.get(next) + "\" is not expected here");
    }
  }

  private static void take(Argument argument, String word) throws WrongUsageException {
    try {
      argument.into().accept(word);
    } catch (IllegalArgumentException e) {
      throw new WrongUsageException(argument.label() + ": " + e.getMessage());
    }
  }

  private WrongUsageException unexpected(String word) {
    var names = new ArrayList<String>();
    usage.options().forEach(option -> names.addAll(option.names()));
    names.add("--help");
    int equals = word.indexOf('=');
    var nearest = Suggestion.nearest(equals < 0 ? word : word.substring(0, equals), names);
    return new WrongUsageException(
        "\"%s\" is not expected here%s"
            .formatted(word, nearest == null ? "" : "; did you mean \"" + nearest + "\"?"));
  }
}
