package dev.regrow.runtime.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.runtime.LaunchSpec.Limits;
import dev.regrow.runtime.cgroup.LimitFiles.LimitFile;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class LimitFilesTest {

  private static final Limits LIMITS = new Limits(500, 2000, 64 << 20, 128 << 20, 256);

  @Test
  void limits_become_the_files_of_v2() {
    assertThat(contents(LimitFiles.v2(LIMITS)))
        .containsEntry("cpu.weight", "50")
        .containsEntry("cpu.max", "200000 100000")
        .containsEntry("memory.max", "134217728")
        .containsEntry("memory.low", "67108864")
        .containsEntry("memory.swap.max", "0")
        .containsEntry("memory.oom.group", "1")
        .containsEntry("pids.max", "256");
  }

  @Test
  void limits_become_the_files_of_v1() {
    assertThat(contents(LimitFiles.v1(LIMITS)))
        .containsEntry("cpu.shares", "512")
        .containsEntry("cpu.cfs_quota_us", "200000")
        .containsEntry("memory.limit_in_bytes", "134217728")
        .containsEntry("memory.memsw.limit_in_bytes", "134217728")
        .containsEntry("memory.soft_limit_in_bytes", "67108864")
        .containsEntry("pids.max", "256");
  }

  @Test
  void what_is_not_limited_is_said_so() {
    var none = new Limits(100, 0, 0, 0, 0);

    assertThat(contents(LimitFiles.v2(none)))
        .containsEntry("cpu.max", "max 100000")
        .containsEntry("memory.max", "max")
        .containsEntry("pids.max", "max");
    assertThat(contents(LimitFiles.v1(none)))
        .containsEntry("cpu.cfs_quota_us", "-1")
        .containsEntry("memory.limit_in_bytes", "-1")
        .containsEntry("pids.max", "max");
  }

  @Test
  void a_weight_of_io_is_written_only_where_it_was_asked_for() {
    assertThat(contents(LimitFiles.v2(LIMITS))).doesNotContainKey("io.weight");
    assertThat(contents(LimitFiles.v2(LIMITS.withIoWeight(5000))))
        .containsEntry("io.weight", "5000")
        .containsEntry("io.bfq.weight", "1000");
  }

  @Property
  void shares_stay_within_what_the_kernel_takes_and_more_is_never_less(
      @ForAll @LongRange(min = 0, max = 10_000_000) long less,
      @ForAll @LongRange(min = 0, max = 10_000_000) long more) {
    long low = Math.min(less, more);
    long high = Math.max(less, more);

    assertThat(LimitFiles.weight(low)).isBetween(1L, LimitFiles.weight(high));
    assertThat(LimitFiles.weight(high)).isLessThanOrEqualTo(10_000);
    assertThat(LimitFiles.shares(low)).isBetween(2L, LimitFiles.shares(high));
    assertThat(LimitFiles.shares(high)).isLessThanOrEqualTo(262_144);
  }

  private static Map<String, String> contents(List<LimitFile> files) {
    return files.stream().collect(Collectors.toMap(LimitFile::name, LimitFile::content));
  }
}
