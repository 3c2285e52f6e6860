package dev.regrow.cli.usage;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * What a command understands: arguments by their order, options by their names, and the help on
 * both. What takes a text may throw an IllegalArgumentException that says what is wrong with it.
 */
public final class Usage {
  private static final int MANY = 1000;

  /**
   * @param label how the help calls it
   * @param least how many there must be
   */
  record Argument(String label, String help, int least, int most, Consumer<String> into) {
    boolean isRepeated() {
      return most > 1;
    }
  }

  /**
   * @param names each with its dashes, the longest last
   * @param label of its value; "" when it has none
   */
  record Option(
      List<String> names, String label, String help, boolean required, Consumer<String> into) {
    boolean takesValue() {
      return !label.isEmpty();
    }

    String longest() {
      return names.get(names.size() - 1);
    }
  }

  private final String name;
  private final String description;
  private final List<Argument> arguments = new ArrayList<>();
  private final List<Option> options = new ArrayList<>();
  private List<String> footer = List.of();
  private boolean unread;

  private Usage(String name, String description) {
    this.name = name;
    this.description = description;
  }

  public static Usage of(String name, String description) {
    return new Usage(name, description);
  }

  /** One argument that must be there. */
  public Usage argument(String label, String help, Consumer<String> into) {
    return arguments(label, help, 1, 1, into);
  }

  /** One argument that may be there. */
  public Usage optional(String label, String help, Consumer<String> into) {
    return arguments(label, help, 0, 1, into);
  }

  /** All arguments that follow, any number from {@code least} on. */
  public Usage arguments(String label, String help, int least, Consumer<String> into) {
    return arguments(label, help, least, MANY, into);
  }

  /** From {@code least} to {@code most} arguments. */
  public Usage arguments(String label, String help, int least, int most, Consumer<String> into) {
    arguments.add(new Argument(label, help, least, most, into));
    return this;
  }

  /**
   * An option without a value.
   *
   * @param names as "-w, --watch"
   */
  public Usage flag(String names, String help, Runnable given) {
    options.add(new Option(split(names), "", help, false, text -> given.run()));
    return this;
  }

  /** An option with a value; {@code into} gets each that is given, in order. */
  public Usage option(String names, String label, String help, Consumer<String> into) {
    options.add(new Option(split(names), label, help, false, into));
    return this;
  }

  /** As {@link #option}, but it must be given. */
  public Usage required(String names, String label, String help, Consumer<String> into) {
    options.add(new Option(split(names), label, help, true, into));
    return this;
  }

  /** Adds what several commands share. */
  public Usage with(Consumer<Usage> shared) {
    shared.accept(this);
    return this;
  }

  /** Below the help: examples. */
  public Usage footer(String... lines) {
    footer = List.of(lines);
    return this;
  }

  /** Its words are for somebody else and not read here. */
  public Usage unread() {
    unread = true;
    return this;
  }

  public String name() {
    return name;
  }

  public String description() {
    return description;
  }

  /** The first sentence of the description. */
  public String summary() {
    int end = description.indexOf(". ");
    return end < 0 ? description : description.substring(0, end + 1);
  }

  /** The longest name of each option, with its dashes. */
  public List<String> optionNames() {
    return options.stream().map(Option::longest).toList();
  }

  /** The help, as lines that end in line ends. */
  public String help() {
    return new HelpText(this).text();
  }

  List<Argument> arguments() {
    return arguments;
  }

  List<Option> options() {
    return options;
  }

  List<String> footer() {
    return footer;
  }

  boolean isUnread() {
    return unread;
  }

  /**
   * A whole number of an option or argument.
   *
   * @throws IllegalArgumentException when it is none
   */
  public static int number(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("\"" + text + "\" is no whole number", e);
    }
  }

  private static List<String> split(String names) {
    return List.of(names.split(", ", -1));
  }
}
