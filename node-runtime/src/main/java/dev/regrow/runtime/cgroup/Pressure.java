package dev.regrow.runtime.cgroup;

import dev.regrow.runtime.Load.Stalled;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads pressure stall information, where the kernel has it: Documentation/accounting/psi.rst. */
public final class Pressure {

  private static final Pattern SOME = Pattern.compile("(?m)^some avg10=(\\d{1,3}\\.\\d{1,4}) ");

  private Pressure() {}

  /**
   * @param file its content for {@code cpu}, {@code memory} and {@code io}; "" if there is none
   * @return null if there is none
   */
  public static @Nullable Stalled parse(UnaryOperator<String> file) {
    var cpu = file.apply("cpu");
    return cpu.isEmpty()
        ? null
        : new Stalled(some(cpu), some(file.apply("memory")), some(file.apply("io")));
  }

  private static double some(String text) {
    var found = SOME.matcher(text);
    return found.find() ? Double.parseDouble(found.group(1)) : 0;
  }
}
