package dev.regrow.runtime.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.runtime.Probe.Outcome;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class SocketProbeTest {

  @Test
  void answers_of_200_to_399_are_well_and_others_are_named() {
    assertThat(SocketProbe.judge("HTTP/1.1 200 OK")).isEqualTo(Outcome.WELL);
    assertThat(SocketProbe.judge("HTTP/1.0 399")).isEqualTo(Outcome.WELL);
    assertThat(SocketProbe.judge("HTTP/1.1 404 Not Found").message()).isEqualTo("answered 404");
    assertThat(SocketProbe.judge("HTTP/1.1 500 ").message()).isEqualTo("answered 500");
    assertThat(SocketProbe.judge("SSH-2.0-OpenSSH").message()).isEqualTo("no answer of HTTP");
  }

  @Property
  void no_line_makes_it_throw(@ForAll String line) {
    assertThat(SocketProbe.judge(line).well()).isFalse();
  }
}
