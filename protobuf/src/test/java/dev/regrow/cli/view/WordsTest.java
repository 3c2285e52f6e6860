package dev.regrow.cli.view;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ProtocolMessageEnum;
import dev.regrow.v1.InstancePhase;
import dev.regrow.v1.Kind;
import dev.regrow.v1.NodePhase;
import dev.regrow.v1.Options;
import dev.regrow.v1.PlanAction;
import dev.regrow.v1.Reason;
import dev.regrow.v1.WorkloadPhase;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WordsTest {

  @Test
  void every_constant_reads_as_the_schema_writes_it() {
    check(Kind.values(), 1, Words::of);
    check(PlanAction.values(), 0, Words::of);
    check(Reason.values(), 0, Words::of);
    check(WorkloadPhase.values(), 0, phase -> Words.of(phase).text());
    check(InstancePhase.values(), 0, phase -> Words.of(phase).text());
    check(NodePhase.values(), 0, phase -> Words.of(phase).text());
  }

  private interface Text<T> {
    String of(T value);
  }

  private static <T extends Enum<T> & ProtocolMessageEnum> void check(
      T[] values, int from, Text<T> text) {
    Stream.of(values)
        .skip(from)
        .filter(value -> !value.name().equals("UNRECOGNIZED"))
        .forEach(value -> assertThat(text.of(value)).isEqualTo(outside(value)));
  }

  private static String outside(ProtocolMessageEnum value) {
    var descriptor = value.getValueDescriptor();
    return descriptor.getOptions().hasExtension(Options.text)
        ? descriptor.getOptions().getExtension(Options.text)
        : descriptor.getName().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  @ParameterizedTest
  @CsvSource({"0,0", "134217728,128Mi", "1536,1.5Ki", "1073741824,1Gi", "999,999"})
  void sizes_have_a_binary_unit(long bytes, String text) {
    assertThat(Words.bytes(bytes)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({"100,100m", "1000,1", "1500,1.5", "16000,16"})
  void cpu_is_in_cores_or_thousandths(long millis, String text) {
    assertThat(Words.cpu(millis)).isEqualTo(text);
  }
}
