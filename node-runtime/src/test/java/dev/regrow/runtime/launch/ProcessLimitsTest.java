package dev.regrow.runtime.launch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.runtime.LaunchSpec.Ulimit;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class ProcessLimitsTest {

  private static final ProcessLimits NODE =
      ProcessLimits.parse(
          """
          Limit                     Soft Limit           Hard Limit           Units
          Max stack size            8388608              unlimited            bytes
          Max core file size        0                    unlimited            bytes
          Max processes             96365                96365                processes
          Max open files            1024                 20000                files
          Max locked memory         65536                65536                bytes
          Max nice priority         0                    0
          """);

  @Test
  void what_the_node_itself_may_have_is_read_from_proc() {
    assertThat(NODE.most())
        .isEqualTo(Map.of(Ulimit.NPROC, 96365L, Ulimit.NOFILE, 20000L, Ulimit.MEMLOCK, 65536L));
  }

  @Test
  void more_than_the_node_may_have_is_refused_with_both_numbers() {
    assertThat(NODE.refusal(Map.of(Ulimit.NOFILE, 20_001L)).orElseThrow())
        .startsWith("its ulimit nofile of 20001 is more than this node itself may have, 20000");
    assertThat(NODE.refusal(Map.of(Ulimit.NOFILE, 20_000L, Ulimit.CORE, 1L << 40))).isEmpty();
  }

  @Property
  void no_text_makes_it_throw(@ForAll String text) {
    assertThat(ProcessLimits.parse(text).refusal(Map.of())).isEmpty();
  }
}
