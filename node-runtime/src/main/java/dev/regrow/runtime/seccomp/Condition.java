package dev.regrow.runtime.seccomp;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * When a system call is allowed: one of the alternatives holds. No alternative at all: always.
 *
 * @param alternatives each of terms that must all hold
 */
record Condition(List<List<Term>> alternatives) {

  static final Condition ALWAYS = new Condition(List.of());

  private static final Pattern TERM =
      Pattern.compile("a(?<argument>[0-5])(&(?<mask>\\w+))?(?<sign>[=!])(?<value>\\w+)");

  /**
   * Something about the low 32 bits of an argument.
   *
   * @param equal whether the masked argument must, or must not, be the value
   */
  record Term(int argument, int mask, int value, boolean equal) {

    boolean holds(long[] arguments) {
      return (((int) arguments[argument] & mask) == value) == equal;
    }
  }

  boolean holds(long[] arguments) {
    return alternatives.isEmpty()
        || alternatives.stream()
            .anyMatch(terms -> terms.stream().allMatch(t -> t.holds(arguments)));
  }

  static Condition parse(String text) {
    var alternatives = new ArrayList<List<Term>>();
    for (var alternative : text.split("\\|", -1)) {
      alternatives.add(
          List.of(alternative.strip().split("\\s+", -1)).stream().map(Condition::term).toList());
    }
    return new Condition(List.copyOf(alternatives));
  }

  private static Term term(String text) {
    var matcher = TERM.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("not a term: '" + text + "' (write aN=V, aN!V, aN&M=V)");
    }
    var mask = matcher.group("mask");
    return new Term(
        Integer.parseInt(matcher.group("argument")),
        mask == null ? -1 : number(mask),
        number(matcher.group("value")),
        matcher.group("sign").equals("="));
  }

  private static int number(String text) {
    return (int) (long) Long.decode(text);
  }
}
