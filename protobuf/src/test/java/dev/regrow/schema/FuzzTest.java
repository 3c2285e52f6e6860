package dev.regrow.schema;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.schema.testing.Workloads;
import dev.regrow.v1.Workload;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Whatever bytes arrive, the answer is a value or a refusal with reasons, never an exception. */
class FuzzTest {
  private static final String SPICE = "{}[]:,-\"'\\&*!|>%@`#?~\n\t \0\u00ff0123456789eE.+$<=";

  @Property(tries = 2000)
  void a_damaged_manifest_is_read_or_refused_with_reasons(@ForAll long seed, @ForAll boolean json) {
    var random = new Random(seed);
    Syntax syntax = json ? Syntax.JSON : Syntax.YAML;
    Workload workload = Workloads.random(random);
    byte[] body =
        (json ? Schema.toJson(workload) : Schema.toYaml(workload)).getBytes(StandardCharsets.UTF_8);

    Parsed<Workload> parsed =
        Schema.parse(Workload.getDefaultInstance(), damaged(body, random), syntax);

    assertThat(parsed.ok()).isEqualTo(parsed.violations().isEmpty());
    if (parsed.ok()) {
      assertThat(Schema.violations(parsed.orThrow())).isEmpty();
    }
    Schema.parseDocuments(
        Workload.getDefaultInstance(), damaged(body, random), syntax, Map.of("K", "v"));
  }

  @Property(tries = 2000)
  void noise_is_read_or_refused_with_reasons(@ForAll byte[] noise, @ForAll boolean json) {
    Parsed<Workload> parsed =
        Schema.parse(Workload.getDefaultInstance(), noise, json ? Syntax.JSON : Syntax.YAML);

    assertThat(parsed.violations()).isNotEmpty();
  }

  private static byte[] damaged(byte[] body, Random random) {
    byte[] damaged = body.clone();
    for (int i = 1 + random.nextInt(4); i > 0; i--) {
      int at = random.nextInt(damaged.length);
      damaged[at] =
          random.nextInt(4) == 0
              ? (byte) random.nextInt(256)
              : (byte) SPICE.charAt(random.nextInt(SPICE.length()));
    }
    return damaged;
  }
}
