package dev.regrow.schema;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.regrow.schema.testing.Workloads;
import dev.regrow.v1.Event;
import dev.regrow.v1.Format;
import dev.regrow.v1.Instance;
import dev.regrow.v1.Node;
import dev.regrow.v1.Plan;
import dev.regrow.v1.Problem;
import dev.regrow.v1.Revision;
import dev.regrow.v1.Token;
import dev.regrow.v1.TokenRequest;
import dev.regrow.v1.WatchEvent;
import dev.regrow.v1.Workload;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;

class RoundTripTest {

  @Property(tries = 500)
  void a_declared_workload_survives_json_yaml_and_protobuf(@ForAll long seed)
      throws InvalidProtocolBufferException {
    Workload workload = Workloads.random(new Random(seed));

    assertThat(Schema.violations(workload)).isEmpty();
    assertThat(parse(Schema.toJson(workload), Syntax.JSON)).isEqualTo(workload);
    assertThat(parse(Schema.toPrettyJson(workload), Syntax.JSON)).isEqualTo(workload);
    assertThat(parse(Schema.toYaml(workload), Syntax.YAML)).isEqualTo(workload);
    assertThat(Workload.parseFrom(workload.toByteArray())).isEqualTo(workload);
  }

  @Property(tries = 300)
  void what_get_prints_declares_the_same_again(@ForAll long seed) {
    Workload declared = Schema.withDefaults(Workloads.random(new Random(seed)));
    var random = new Random(seed);
    Workload observed =
        declared.toBuilder()
            .setUid("u" + seed)
            .setRevision(random.nextInt(100))
            .setIndex(random.nextLong(Long.MAX_VALUE))
            .setStatus(RandomMessages.of(declared.getStatus(), random))
            .build();

    assertThat(parse(Schema.toYaml(observed), Syntax.YAML)).isEqualTo(declared);
    assertThat(parse(Schema.toJson(observed), Syntax.JSON)).isEqualTo(declared);
  }

  @Property(tries = 500)
  void every_message_of_the_api_reads_back_as_it_was_written(
      @ForAll("messages") Message type, @ForAll long seed) {
    Message message = RandomMessages.of(type, new Random(seed));

    assertThat(Schema.readAnswer(message, Schema.toJson(message), Syntax.JSON)).isEqualTo(message);
    assertThat(Schema.readAnswer(message, Schema.toYaml(message), Syntax.YAML)).isEqualTo(message);
  }

  @Provide
  Arbitrary<Message> messages() {
    return Arbitraries.of(
        Workload.getDefaultInstance(),
        Instance.getDefaultInstance(),
        Node.getDefaultInstance(),
        Event.getDefaultInstance(),
        Revision.getDefaultInstance(),
        Plan.getDefaultInstance(),
        Problem.getDefaultInstance(),
        Token.getDefaultInstance(),
        TokenRequest.getDefaultInstance(),
        WatchEvent.getDefaultInstance());
  }

  @Property(tries = 300)
  void writing_defaults_twice_is_writing_them_once(@ForAll long seed) {
    Workload workload = Workloads.random(new Random(seed));

    Workload once = Schema.withDefaults(workload);

    assertThat(Schema.withDefaults(once)).isEqualTo(once);
    assertThat(Schema.violations(once)).isEmpty();
    assertThat(once.hasReplicas()).isEqualTo(workload.hasReplicas());
    assertThat(once.getInstance().getResources().getMemoryLimit())
        .isGreaterThanOrEqualTo(once.getInstance().getResources().getMemory());
  }

  @Property
  void quantities_read_back_as_they_are_written(
      @ForAll("units") Format format, @ForAll @LongRange(min = 0) long value) {
    for (long number : new long[] {value, value >>> 32, value >>> 40 << 20, value % 1000 * 1000}) {
      if (format == Format.TIMESTAMP && number > 253_402_300_799_999L) {
        continue; // After the year 9999, which RFC 3339 cannot write.
      }
      String text = Quantities.write(format, number);
      assertThat(Quantities.read(format, text)).as(text).hasValue(number);
    }
  }

  @Provide
  Arbitrary<Format> units() {
    return Arbitraries.of(Format.DURATION, Format.CPU, Format.BYTES, Format.TIMESTAMP);
  }

  private static Workload parse(String text, Syntax syntax) {
    return Schema.parse(Workload.getDefaultInstance(), text, syntax).orThrow();
  }
}
