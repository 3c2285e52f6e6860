package dev.regrow.runtime.seccomp;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Compiles the list of allowed system calls into a seccomp filter: a binary search over ranges of
 * numbers, so that a call passes some ten instructions instead of some three hundred.
 */
public final class SyscallFilter {

  static final int ALLOW = 0x7FFF0000;
  static final int KILL_PROCESS = 0x80000000;
  static final int EPERM = 0x00050001;
  static final int ENOSYS = 0x00050026;

  private SyscallFilter() {}

  /** The filter of instances, as an array of struct sock_filter. */
  public static byte[] standard(Architecture architecture) {
    return allowing(List.of(), architecture);
  }

  /**
   * The same, and these are allowed, too.
   *
   * @param calls names of system calls
   */
  public static byte[] allowing(Collection<String> calls, Architecture architecture) {
    return compile(architecture, rules(calls, architecture)).bytes();
  }

  static Rules rules(Collection<String> calls, Architecture architecture) {
    var list = resource("default.txt") + "\n" + String.join("\n", calls);
    return Rules.parse(resource(architecture.table()), list);
  }

  /** A range of numbers from {@code first} to the next one's, all with the same answer. */
  private record Range(int first, Instructions answer, int verdict) {}

  static Instructions compile(Architecture architecture, Rules rules) {
    var search = search(ranges(architecture, rules));
    return new Instructions()
        .load(Instructions.ARCHITECTURE)
        .unlessSkip(architecture.audit(), false, 1)
        .returning(KILL_PROCESS)
        .load(Instructions.NUMBER)
        .append(search);
  }

  private static List<Range> ranges(Architecture architecture, Rules rules) {
    var ranges = new ArrayList<Range>();
    int unknown = rules.firstUnknown();
    var clone3 = rules.known().get("clone3");
    for (int number = 0; number < unknown; number++) {
      var condition = rules.allowed().get(number);
      if (condition != null && !condition.alternatives().isEmpty()) {
        ranges.add(new Range(number, conditional(condition), 0));
      } else if (condition != null) {
        add(ranges, number, ALLOW);
      } else if (clone3 != null && clone3 == number) {
        // Its flags lie in memory, where a filter cannot look: programs fall back to clone.
        add(ranges, number, ENOSYS);
      } else {
        add(ranges, number, EPERM);
      }
    }
    add(ranges, unknown, ENOSYS);
    if (architecture.foreignFrom() != Integer.MAX_VALUE) {
      add(ranges, architecture.foreignFrom(), KILL_PROCESS);
    }
    return ranges;
  }

  private static void add(List<Range> ranges, int first, int verdict) {
    boolean goesOn = !ranges.isEmpty() && ranges.get(ranges.size() - 1).verdict() == verdict;
    if (!goesOn) {
      ranges.add(new Range(first, new Instructions().returning(verdict), verdict));
    }
  }

  private static Instructions search(List<Range> ranges) {
    if (ranges.size() == 1) {
      return ranges.get(0).answer();
    }
    int middle = ranges.size() / 2;
    return Instructions.branch(
        ranges.get(middle).first(),
        search(ranges.subList(0, middle)),
        search(ranges.subList(middle, ranges.size())));
  }

  private static Instructions conditional(Condition condition) {
    var result = new Instructions();
    for (var alternative : condition.alternatives()) {
      result.append(alternative(alternative));
    }
    return result.returning(EPERM);
  }

  /** Allows if all terms hold, else goes on after itself. */
  private static Instructions alternative(List<Condition.Term> terms) {
    var rest = new Instructions().returning(ALLOW);
    for (int i = terms.size() - 1; i >= 0; i--) {
      var term = terms.get(i);
      var test = new Instructions().load(Instructions.argument(term.argument()));
      if (term.mask() != -1) {
        test.and(term.mask());
      }
      rest = test.unlessSkip(term.value(), term.equal(), rest.size()).append(rest);
    }
    return rest;
  }

  static String resource(String name) {
    try (var in = SyscallFilter.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the resource " + name + " is missing from the jar");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
