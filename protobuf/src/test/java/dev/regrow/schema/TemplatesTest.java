package dev.regrow.schema;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.regrow.schema.testing.Workloads;
import dev.regrow.v1.InstanceTemplate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class TemplatesTest {

  @Property(tries = 300)
  void equal_templates_have_equal_hashes_however_they_were_made(@ForAll long seed)
      throws InvalidProtocolBufferException {
    InstanceTemplate template =
        Schema.withDefaults(Workloads.random(new Random(seed)).getInstance());
    List<Map.Entry<String, String>> env = new ArrayList<>(template.getEnvMap().entrySet());
    Collections.shuffle(env, new Random(seed));
    var reordered = template.toBuilder().clearEnv();
    env.forEach(it -> reordered.putEnv(it.getKey(), it.getValue()));

    assertThat(Templates.hash(reordered.build()))
        .isEqualTo(Templates.hash(InstanceTemplate.parseFrom(template.toByteArray())))
        .matches("[0-9a-f]{64}");
  }

  @Property(tries = 300)
  void different_templates_and_other_versions_have_other_hashes(
      @ForAll long one, @ForAll long two) {
    InstanceTemplate a = Schema.withDefaults(Workloads.random(new Random(one)).getInstance());
    InstanceTemplate b = Schema.withDefaults(Workloads.random(new Random(two)).getInstance());

    assertThat(Templates.hash(a).equals(Templates.hash(b))).isEqualTo(a.equals(b));
    assertThat(Templates.hash(a, 1)).isNotEqualTo(Templates.hash(a, 2));
  }
}
