package dev.regrow.runtime.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.runtime.disk.Written;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class RootBoundTest {

  @Property
  void nobody_within_the_bound_is_evicted_and_everybody_beyond_it_is(
      @ForAll @LongRange(max = 1L << 40) long named,
      @ForAll @LongRange(max = 1L << 40) long own,
      @ForAll @LongRange(max = 1L << 40) long unnamed,
      @ForAll @LongRange(min = 1, max = 1L << 40) long most) {
    var verdict =
        RootBound.verdict(new Written(named, 7, true), new Written(own, 7, true), unnamed, most);

    assertThat(verdict.isPresent()).isEqualTo(named + own + unnamed > most);
  }

  @Property
  void volumes_of_an_image_begin_anew_only_if_they_alone_are_too_much(
      @ForAll @LongRange(max = 1L << 40) long own,
      @ForAll @LongRange(min = 1, max = 1L << 40) long most) {
    assertThat(RootBound.exceeds(new Written(own, 7, true), most)).isEqualTo(own > most);
  }

  @Test
  void files_in_the_root_and_in_the_volumes_of_the_image_have_one_bound() {
    var half = new Written(1, 60_000, true);

    assertThat(RootBound.verdict(half, Written.NOTHING, 0, 0)).isEmpty();
    assertThat(RootBound.verdict(half, half, 0, 0).orElseThrow())
        .startsWith("wrote more than 100000 files to its root and the volumes of its image,");
  }

  @Test
  void a_reason_names_what_was_written_the_bound_and_what_to_do() {
    assertThat(RootBound.verdict(new Written(1_395_864_371L, 7, true), Written.NOTHING, 0, 0))
        .contains(
            "wrote 1.3 GiB to its root, its bound is 1.0 GiB: use a volume, or raise"
                + " resources.disk");
    assertThat(
            RootBound.verdict(new Written(1, 100_000, false), Written.NOTHING, 0, 0).orElseThrow())
        .startsWith("wrote more than 100000 files");
  }
}
