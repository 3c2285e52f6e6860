package dev.regrow.core.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.regrow.v1.StoredCluster;
import dev.regrow.v1.StoredNode;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class FeatureLevelTest {

  @Test
  void it_is_raised_to_what_every_node_knows() {
    assertThat(FeatureLevel.raised(at(1), nodes(3, 2, 3)).getFeatureLevel()).isEqualTo(2);
  }

  @Test
  void a_node_of_an_older_release_holds_it_back_and_is_named() {
    assertThatThrownBy(() -> FeatureLevel.raised(at(1), nodes(2, 1, 0)))
        .isInstanceOf(FeatureLevel.Refused.class)
        .hasMessageContaining("n2 (r1), n3 (r0) know no higher one");
  }

  @Test
  void where_no_release_knows_more_there_is_nothing_to_raise() {
    assertThatThrownBy(() -> FeatureLevel.raised(at(2), nodes(2, 2)))
        .hasMessageContaining("no node runs a release that knows a higher one");
  }

  @Test
  void a_release_that_knows_less_than_the_cluster_uses_cannot_be_in_it() {
    assertThat(FeatureLevel.objection(at(2), 1, "this release"))
        .contains("level is 2, and this release knows 1");
    assertThat(FeatureLevel.objection(at(2), 2, "this release")).isEmpty();
    assertThat(FeatureLevel.objection(StoredCluster.getDefaultInstance(), 1, "this")).isEmpty();
  }

  @Property
  void it_never_falls_and_never_exceeds_what_any_node_knows(
      @ForAll @IntRange(min = 0, max = 9) int level,
      @ForAll @Size(min = 1, max = 5) List<@IntRange(min = 0, max = 9) Integer> known) {
    var nodes = nodes(known.stream().mapToInt(Integer::intValue).toArray());
    try {
      int raised = FeatureLevel.raised(at(level), nodes).getFeatureLevel();

      assertThat(raised).isGreaterThan(level).isLessThanOrEqualTo(FeatureLevel.known(nodes));
    } catch (FeatureLevel.Refused refused) {
      assertThat(FeatureLevel.known(nodes)).isLessThanOrEqualTo(Math.max(1, level));
    }
  }

  private static StoredCluster at(int level) {
    return StoredCluster.newBuilder().setFeatureLevel(level).build();
  }

  private static List<StoredNode> nodes(int... known) {
    return IntStream.range(0, known.length)
        .mapToObj(
            i ->
                StoredNode.newBuilder()
                    .setName("n" + (i + 1))
                    .setVersion("r" + known[i])
                    .setFeatureLevel(known[i])
                    .build())
        .toList();
  }
}
