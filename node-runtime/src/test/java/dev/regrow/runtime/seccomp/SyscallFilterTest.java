package dev.regrow.runtime.seccomp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.regrow.runtime.seccomp.Instructions.Instruction;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Runs the compiled filter as the kernel would. */
final class SyscallFilterTest {

  private static final int CLONE_NEWUSER = 0x10000000;

  @ParameterizedTest
  @EnumSource
  void every_call_gets_the_answer_that_the_rules_give(Architecture architecture) {
    var rules = rules(architecture);
    var program = List.copyOf(SyscallFilter.compile(architecture, rules).all());
    long seed = System.nanoTime();
    var random = new Random(seed);
    for (int number = 0; number < rules.firstUnknown() + 100; number++) {
      for (int i = 0; i < 20; i++) {
        var arguments = random.longs(6, 0, 1L << random.nextInt(1, 40)).toArray();
        assertThat(run(program, architecture.audit(), number, arguments))
            .as("seed %d, number %d, arguments %s", seed, number, arguments)
            .isEqualTo(expected(rules, number, arguments));
      }
    }
  }

  private static int expected(Rules rules, int number, long[] arguments) {
    if (number >= rules.firstUnknown() || rules.known().getOrDefault("clone3", -1) == number) {
      return SyscallFilter.ENOSYS;
    }
    var condition = rules.allowed().get(number);
    return condition != null && condition.holds(arguments)
        ? SyscallFilter.ALLOW
        : SyscallFilter.EPERM;
  }

  @ParameterizedTest
  @EnumSource
  void a_program_of_another_architecture_is_killed(Architecture architecture) {
    var program = List.copyOf(SyscallFilter.compile(architecture, rules(architecture)).all());

    assertThat(run(program, 0x40000003, 1, new long[6])).isEqualTo(SyscallFilter.KILL_PROCESS);
  }

  @ParameterizedTest
  @EnumSource
  void what_is_allowed_besides_is_that_and_nothing_else(Architecture architecture) {
    var more = SyscallFilter.rules(List.of("chroot"), architecture).allowed();
    var usual = rules(architecture);

    assertThat(more.keySet())
        .containsAll(usual.allowed().keySet())
        .hasSize(usual.allowed().size() + 1);
    assertThat(more.get(usual.known().get("chroot"))).isEqualTo(Condition.ALWAYS);
    usual
        .allowed()
        .forEach((number, condition) -> assertThat(more).containsEntry(number, condition));
  }

  @Test
  void an_x32_program_is_killed() {
    assertThat(answer("read", 0x40000000)).isEqualTo(SyscallFilter.KILL_PROCESS);
  }

  @Test
  void a_thread_is_allowed_and_a_user_namespace_is_not() {
    assertThat(answer("clone", 0, 0x3D0F00)).isEqualTo(SyscallFilter.ALLOW);
    assertThat(answer("clone", 0, CLONE_NEWUSER | 17)).isEqualTo(SyscallFilter.EPERM);
  }

  @Test
  void typing_into_a_terminal_is_refused_whatever_the_upper_half_says() {
    assertThat(answer("ioctl", 0, 0, 0x5401)).isEqualTo(SyscallFilter.ALLOW);
    assertThat(answer("ioctl", 0, 0, 0x1_0000_5412L)).isEqualTo(SyscallFilter.EPERM);
  }

  @Test
  void routes_may_be_asked_for_and_raw_packets_not_sent() {
    assertThat(answer("socket", 0, 16, 3, 0)).isEqualTo(SyscallFilter.ALLOW);
    assertThat(answer("socket", 0, 16, 3, 9)).isEqualTo(SyscallFilter.EPERM);
    assertThat(answer("socket", 0, 2, 0x80801, 0)).isEqualTo(SyscallFilter.ALLOW);
    assertThat(answer("socket", 0, 2, 3, 1)).isEqualTo(SyscallFilter.EPERM);
    assertThat(answer("socket", 0, 17, 3, 0)).isEqualTo(SyscallFilter.EPERM);
  }

  @Test
  void a_call_passes_at_most_a_few_dozen_instructions() {
    assertThat(SyscallFilter.standard(Architecture.X86_64).length / 8).isLessThan(1000);
  }

  @Test
  void a_rule_that_cannot_be_read_is_named() {
    assertThatThrownBy(() -> Condition.parse("a9=1")).hasMessageContaining("not a term: 'a9=1'");
  }

  private static Rules rules(Architecture architecture) {
    return Rules.parse(
        SyscallFilter.resource(architecture.table()), SyscallFilter.resource("default.txt"));
  }

  private static int answer(String name, int numberBits, long... arguments) {
    var rules = rules(Architecture.X86_64);
    var number = rules.known().get(name);
    var program = List.copyOf(SyscallFilter.compile(Architecture.X86_64, rules).all());
    return run(
        program,
        Architecture.X86_64.audit(),
        (number == null ? -1 : number) | numberBits,
        Arrays.copyOf(arguments, 6));
  }

  /** The few instructions of classic BPF that we use. */
  private static int run(
      List<Instruction> program, int architecture, int number, long[] arguments) {
    int accumulator = 0;
    for (int at = 0, steps = 0; ; at++, steps++) {
      assertThat(steps).isLessThan(60);
      var each = program.get(at);
      switch (each.code()) {
        case 0x20 -> accumulator = load(each.constant(), architecture, number, arguments);
        case 0x54 -> accumulator &= each.constant();
        case 0x05 -> at += each.constant();
        case 0x15 -> at += accumulator == each.constant() ? each.ifTrue() : each.ifFalse();
        case 0x35 ->
            at +=
                Integer.compareUnsigned(accumulator, each.constant()) >= 0
                    ? each.ifTrue()
                    : each.ifFalse();
        case 0x06 -> {
          return each.constant();
        }
        default -> throw new AssertionError("no such instruction: " + each);
      }
    }
  }

  private static int load(int offset, int architecture, int number, long[] arguments) {
    return switch (offset) {
      case 0 -> number;
      case 4 -> architecture;
      default -> (int) arguments[(offset - 16) / 8];
    };
  }
}
