package dev.regrow.chaos.history;

import dev.regrow.chaos.history.Operation.CompareAndSet;
import dev.regrow.chaos.history.Operation.Outcome;
import dev.regrow.chaos.history.Operation.Write;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Whether what is there in the end is younger than all that was acknowledged. Less than {@link
 * Linearizability} asks, but it says in one sentence what was lost, and takes no time.
 */
public final class Durability {

  private Durability() {}

  /**
   * @param last of each key that was ever written, what a read after everything found
   * @return each loss as a sentence
   */
  public static List<String> faults(List<Operation> history, Map<String, @Nullable String> last) {
    var faults = new ArrayList<String>();
    var changes =
        history.stream()
            .filter(Operation::matters)
            .filter(each -> each.outcome() != Outcome.DIFFERED && writes(each))
            .collect(Collectors.groupingBy(Operation::key, TreeMap::new, Collectors.toList()));
    changes.forEach(
        (key, ofKey) -> {
          if (last.containsKey(key)) {
            judge(key, ofKey, last.get(key), faults);
          } else {
            faults.add("what is there of %s in the end was not read".formatted(key));
          }
        });
    return faults;
  }

  private static void judge(
      String key, List<Operation> changes, @Nullable String there, List<String> faults) {
    var writers = changes.stream().filter(each -> Objects.equals(value(each), there)).toList();
    if (writers.isEmpty() && there != null) {
      faults.add("%s holds %s, which nobody can have written".formatted(key, there));
      return;
    }
    // Absent is what each key was before anybody did anything.
    long youngest =
        writers.stream().mapToLong(Operation::completedNanos).max().orElse(Long.MIN_VALUE);
    changes.stream()
        .filter(each -> each.outcome() == Outcome.OK && each.invokedNanos() > youngest)
        .filter(each -> !Objects.equals(value(each), there))
        .findFirst()
        .ifPresent(lost -> faults.add("%s holds %s; lost: %s".formatted(key, there, lost)));
  }

  private static boolean writes(Operation operation) {
    return !(operation.action() instanceof Operation.Read);
  }

  private static @Nullable String value(Operation operation) {
    return operation.action() instanceof Write write
        ? write.value()
        : ((CompareAndSet) operation.action()).value();
  }
}
