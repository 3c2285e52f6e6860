package dev.regrow.chaos.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.chaos.fault.Fault;
import dev.regrow.chaos.fault.FaultKind;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LinkTroubleTest {

  @Test
  void several_troubles_of_a_link_add_up() {
    var slow = of(FaultKind.LINK_DELAY, "delay", 200).and(of(FaultKind.LINK_DELAY, "delay", 50));
    var lossy = of(FaultKind.LINK_LOSS, "share", 50).and(of(FaultKind.LINK_LOSS, "share", 50));
    var narrow = of(FaultKind.LINK_RATE, "rate", 4096).and(of(FaultKind.LINK_RATE, "rate", 2048));

    assertThat(slow.delayMicros()).isEqualTo(250_000);
    assertThat(lossy.lost()).isEqualTo(750);
    assertThat(narrow.bytesPerSecond()).isEqualTo(2048);
    assertThat(slow.and(lossy).and(narrow))
        .isEqualTo(new LinkTrouble(250_000, 0, 750, 0, 0, 0, 2048));
  }

  @Test
  void no_trouble_adds_nothing() {
    var late = of(FaultKind.LINK_REORDER, "delay", 10);

    assertThat(late.and(LinkTrouble.NONE)).isEqualTo(late);
    assertThat(LinkTrouble.NONE.and(late)).isEqualTo(late);
  }

  private static LinkTrouble of(FaultKind kind, String setting, long value) {
    return LinkTrouble.of(Fault.of(kind, Duration.ofSeconds(1), "n1").with(setting, value));
  }
}
