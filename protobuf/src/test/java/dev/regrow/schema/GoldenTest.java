package dev.regrow.schema;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.v1.Workload;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** The exact texts of a workload that holds every field: what people's scripts depend on. */
class GoldenTest {

  @Test
  void a_workload_is_written_as_json_to_the_letter() throws IOException {
    assertThat(Schema.toPrettyJson(golden())).isEqualTo(resource("workload.json"));
  }

  @Test
  void a_workload_is_written_as_yaml_to_the_letter() throws IOException {
    assertThat(Schema.toYaml(golden())).isEqualTo(resource("workload.yaml"));
  }

  @Test
  void both_say_the_same() throws IOException {
    assertThat(
            Schema.readAnswer(
                Workload.getDefaultInstance(), resource("workload.yaml"), Syntax.YAML))
        .isEqualTo(golden());
  }

  @Test
  void json_on_one_line_differs_in_blanks_only() throws IOException {
    assertThat(Schema.toJson(golden()))
        .isEqualTo(resource("workload.json").replaceAll("\n *", "").replace("\": ", "\":"));
  }

  @Test
  void the_revision_of_the_same_template_stays_the_same_for_ever() throws IOException {
    var template = golden().getInstance().toBuilder();
    // These came later than the first revisions.
    template.getSecurityBuilder().clearUserNamespace().clearCapabilities().clearSyscalls();
    template.clearEnvFrom();
    template.getResourcesBuilder().clearIoWeight().clearUlimits();
    while (template.getVolumesCount() > 2) {
      template.removeVolumes(2);
    }
    assertThat(Templates.hash(template.build(), 1))
        .isEqualTo("f90e8d93ca33bcf7f3f316a5ca50fa7714c65f874bf51bd83cb9b6580d6ca8ad");
  }

  private static Workload golden() throws IOException {
    return Schema.readAnswer(Workload.getDefaultInstance(), resource("workload.json"), Syntax.JSON);
  }

  private static String resource(String name) throws IOException {
    try (var in = GoldenTest.class.getResourceAsStream("/golden/" + name)) {
      assertThat(in).as(name).isNotNull();
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
