package dev.regrow.chaos.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.chaos.report.RunReport.FaultSpan;
import dev.regrow.chaos.report.RunReport.Judgement;
import dev.regrow.chaos.report.RunReport.Lane;
import dev.regrow.chaos.report.RunReport.Note;
import dev.regrow.chaos.report.RunReport.Outcome;
import dev.regrow.chaos.report.RunReport.Span;
import dev.regrow.chaos.report.RunReport.State;
import dev.regrow.chaos.report.RunReport.Verdict;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunLogReportTest {

  private static final RunReport RED = RunLogReport.of(RunLogs.red(), "3 machines of a lab");

  private static Lane lane(String name) {
    return RED.lanes().stream().filter(each -> each.name().equals(name)).findFirst().orElseThrow();
  }

  @Test
  void a_run_is_held_if_every_checker_is_green() {
    var green = RunLogReport.of(RunLogs.green(), "3 machines of a lab");

    assertThat(green.outcome()).isEqualTo(Outcome.HELD);
    assertThat(green.reason()).isEmpty();
    assertThat(RED.outcome()).isEqualTo(Outcome.BROKEN);
    assertThat(RED.reason()).isEqualTo("1 of 5 checkers found a fault");
  }

  @Test
  void a_checker_says_first_what_is_wrong_and_then_what_it_saw() {
    assertThat(RED.verdicts())
        .contains(
            new Verdict(
                "exclusivity",
                true,
                Judgement.BROKEN,
                "only-1: 4711 met 4712",
                List.of("n1 began it at 9.1 s", "n3 at 9.4 s")));
  }

  @Test
  void a_fault_of_several_machines_is_one() {
    assertThat(RED.faults())
        .hasSize(4)
        .contains(
            new FaultSpan(
                "link-delay", "n1, n2", 2_100, 8_001, "links of n1, n2 are late by 200ms"));
    assertThat(RED.notes())
        .containsExactly(
            new Note(
                16_000,
                "plan: {kind: server-wiped, on: n1, for: 3s} skipped: another machine is away"));
  }

  @Test
  void two_instances_of_a_slot_stand_one_after_the_other() {
    assertThat(lane("only-1").spans())
        .containsExactly(
            new Span(0, 9_400, State.RUNNING, "only-1-a1b2, attempt 1 on n2"),
            new Span(9_400, 31_000, State.RUNNING, "only-1-c3d4, attempt 1 on n3"));
  }

  @Test
  void when_no_change_was_taken_is_seen() {
    assertThat(lane("changes").of()).isEqualTo(Lane.Of.SERVICE);
    assertThat(lane("changes").spans())
        .extracting(Span::state)
        .containsExactly(State.READY, State.DOWN, State.READY);
  }

  @Test
  void it_has_a_page_and_files_for_programs(@TempDir Path folder) throws Exception {
    var page = ReportFiles.write(folder, RED);

    assertThat(page).isEqualTo(folder.resolve("chaos-run.html"));
    assertThat(Files.readString(page))
        .contains("1 of 5 checkers found a fault")
        .contains("-Dregrow.seed=-17")
        .contains("aria-label=\"changes: ready from 0:00.0, then down or backing off from 0:04.0")
        .contains("another machine is away");
    assertThat(folder.resolve("chaos-run.json"))
        .content()
        .contains(
            "\"outcome\":\"broken\"", "\"of\":\"service\"", "\"notes\":[{\"atMillis\":16000,");
    assertThat(folder.resolve("chaos-run.xml")).content().contains("only-1: 4711 met 4712");
  }
}
