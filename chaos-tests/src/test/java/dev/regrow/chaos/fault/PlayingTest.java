package dev.regrow.chaos.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.regrow.chaos.fault.Plan.Planned;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PlayingTest {

  private final List<String> story = new ArrayList<>();
  private Duration now = Duration.ZERO;
  private Duration giveUpAt = Duration.ofDays(1);
  private String refused = "";
  private String broken = "";

  private final Playing.Pace pace =
      new Playing.Pace() {
        @Override
        public Duration now() {
          return now;
        }

        @Override
        public boolean until(Duration time) {
          if (time.compareTo(giveUpAt) > 0) {
            return false;
          }
          now = time.compareTo(now) > 0 ? time : now;
          return true;
        }
      };

  private final Injector injector =
      new Injector() {
        @Override
        public Set<FaultKind> able() {
          return EnumSet.allOf(FaultKind.class);
        }

        @Override
        public Aiming.Scene scene() {
          return new Aiming.Scene(List.of("n1", "n2", "n3"), List.of("n1"), "n1", List.of("web"));
        }

        @Override
        public Injection inject(Fault fault) {
          var what = fault.kind() + " " + fault.on().get(0);
          if (what.equals(refused)) {
            throw new NotNow("not now");
          }
          story.add(now.toSeconds() + " + " + what);
          return new Injection() {
            @Override
            public String done() {
              return what;
            }

            @Override
            public void undo() {
              story.add(now.toSeconds() + " - " + what);
              if (what.equals(broken)) {
                throw new IllegalStateException("cannot undo " + what);
              }
            }
          };
        }
      };

  private final Playing.Listener listener =
      new Playing.Listener() {
        @Override
        public void begun(int number, Fault fault, Duration at, String done) {}

        @Override
        public void ended(int number, Fault fault, Duration at) {}

        @Override
        public void skipped(int number, Fault fault, Duration at, String why) {
          story.add(at.toSeconds() + " ! " + why);
        }
      };

  private final Plan plan =
      new Plan(
          Duration.ofSeconds(30),
          List.of(
              planned(1, FaultKind.JVM_STOP, 10, "n1"),
              planned(5, FaultKind.PARTITION, 2, "n2"),
              planned(6, FaultKind.INSTANCE_KILL, 0, "web"),
              planned(8, FaultKind.JVM_KILL, 1, "leader")));

  private static Planned planned(int at, FaultKind kind, int lasts, String on) {
    return new Planned(Duration.ofSeconds(at), Fault.of(kind, Duration.ofSeconds(lasts), on));
  }

  private boolean play() {
    return Playing.play(plan, injector, listener, pace, new Random(1));
  }

  @Test
  void faults_begin_and_end_at_their_times() {
    assertThat(play()).isTrue();

    assertThat(story)
        .containsExactly(
            "1 + jvm-stop n1",
            "5 + partition n2",
            "6 + instance-kill web",
            "6 - instance-kill web",
            "7 - partition n2",
            "8 + jvm-kill n1",
            "9 - jvm-kill n1",
            "11 - jvm-stop n1");
  }

  @Test
  void what_is_refused_is_skipped() {
    refused = "partition n2";

    assertThat(play()).isTrue();

    assertThat(story)
        .contains("5 ! not now", "11 - jvm-stop n1")
        .doesNotContain("7 - partition n2");
  }

  @Test
  void given_up_it_takes_all_away_the_last_first() {
    giveUpAt = Duration.ofSeconds(6);

    assertThat(play()).isFalse();

    assertThat(story).endsWith("6 - instance-kill web", "6 - partition n2", "6 - jvm-stop n1");
  }

  @Test
  void a_fault_that_cannot_be_undone_keeps_none_of_the_others() {
    broken = "partition n2";

    assertThatThrownBy(this::play).hasMessageContaining("cannot undo partition n2");

    assertThat(story).endsWith("7 - jvm-stop n1");
  }
}
