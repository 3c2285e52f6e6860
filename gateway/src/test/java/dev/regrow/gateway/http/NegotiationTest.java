package dev.regrow.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class NegotiationTest {

  @ParameterizedTest
  @CsvSource({
    "'',                                              JSON",
    "*/*,                                             JSON",
    "application/yaml,                                YAML",
    "text/yaml,                                       YAML",
    "application/x-protobuf,                          PROTOBUF",
    "'application/json;q=0.5, application/yaml',      YAML",
    "'text/html, application/x-protobuf;q=0.1',       PROTOBUF",
    "'application/json;q=0, */*',                     YAML",
    "'APPLICATION/YAML',                              YAML",
    "'application/yaml;q=x, application/json;q=0.1',  JSON",
    "'text/*',                                        JSON",
  })
  void the_client_s_favourite_wins(String accept, Format format) {
    assertThat(Negotiation.choose(accept, Format.OBJECTS)).contains(format);
  }

  @Test
  void what_nobody_offers_is_not_acceptable() {
    assertThat(Negotiation.choose("image/png", Format.OBJECTS)).isEmpty();
    assertThat(Negotiation.choose("*/*;q=0", Format.OBJECTS)).isEmpty();
  }

  @Test
  void a_body_s_format_is_its_media_type_without_parameters() {
    assertThat(Negotiation.ofBody("application/json; charset=utf-8")).contains(Format.JSON);
    assertThat(Negotiation.ofBody("application/x-www-form-urlencoded")).isEmpty();
  }

  @Property
  void nothing_that_a_client_sends_breaks_it(@ForAll String accept) {
    Optional<Format> chosen = Negotiation.choose(accept, Format.OBJECTS);

    assertThat(chosen.map(Format.OBJECTS::contains).orElse(true)).isTrue();
  }
}
