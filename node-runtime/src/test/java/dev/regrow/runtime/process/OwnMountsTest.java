package dev.regrow.runtime.process;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OwnMountsTest {

  private static final String SEEN =
      """
      611 570 0:52 / / rw,relatime - overlay overlay rw,lowerdir=l,upperdir=/d/own/web-1/0
      640 611 8:1 /var/lib/regrow/n1/own/web-1/0 /data rw,nosuid,nodev - ext4 /dev/sda1 rw
      641 611 8:1 /n1/own/web-1/12 /own/web-2/0 rw,nosuid - ext4 /dev/sda1 rw
      642 611 8:1 /n1/volumes/default/data/own/web-1 /kept rw - ext4 /dev/sda1 rw
      643 611 8:1 /n1/own/web-10/0 /other rw - ext4 /dev/sda1 rw
      644 611 0:60 / /own/web-1/0 rw - tmpfs tmpfs rw
      """;

  @Test
  void a_volume_of_an_image_is_known_by_the_directory_that_it_shows() {
    assertThat(OwnMounts.of(SEEN, "web-1")).containsExactlyInAnyOrder(640L, 641L);
  }

  @Test
  void there_may_be_none() {
    assertThat(OwnMounts.of(SEEN, "web-3")).isEmpty();
    assertThat(OwnMounts.of("", "web-1")).isEmpty();
  }
}
