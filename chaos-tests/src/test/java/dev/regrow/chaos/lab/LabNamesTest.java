package dev.regrow.chaos.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.nio.file.Path;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class LabNamesTest {

  @Property
  void each_machine_of_any_lab_has_a_loopback_address_of_its_own(
      @ForAll long seed, @ForAll @IntRange(min = 0, max = LabNames.MACHINES_MAX - 1) int number)
      throws Exception {
    var names = LabNames.drawn(new Random(seed));

    var address = InetAddress.getByName(names.address(number));

    assertThat(address.isLoopbackAddress()).isTrue();
    assertThat(names.address(number)).isNotEqualTo(names.switchAddress());
    assertThat(number == 0).isEqualTo(names.address(0).equals(names.address(number)));
  }

  @Property
  void what_a_lab_makes_is_known_by_its_name(@ForAll long seed) {
    var names = LabNames.drawn(new Random(seed));

    assertThat(LabNames.isFolder(names.folder(Path.of("/var/tmp")))).isTrue();
    assertThat(names.namespace("n1")).startsWith("regrow-" + names.uid());
    assertThat(LabNames.isFolder(Path.of("/var/tmp/regrow-lab-of-somebody"))).isFalse();
  }

  @Test
  void there_is_no_address_beyond_the_last_machine() {
    var names = LabNames.drawn(new Random(1));

    assertThatThrownBy(() -> names.address(LabNames.MACHINES_MAX)).hasMessageContaining("200");
  }
}
