package dev.regrow.core.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.core.model.EventKey;
import dev.regrow.core.model.Occurrence;
import org.junit.jupiter.api.Test;

class EventCodecTest {

  @Test
  void an_event_is_stored_without_what_a_terminal_obeys() {
    var said = "cannot execute '/x\u001b[2J\u202e'\nNORMAL";
    var occurrence = new Occurrence(1, true, "web-0-a", "web-0", "n1", "StartFailed", said);

    var stored = EventCodec.stored("default", "web", new EventKey(1, 7), occurrence);

    assertThat(stored.getEvent().getMessage())
        .isEqualTo("cannot execute '/x\\u001b[2J\\u202e'\\nNORMAL");
  }
}
