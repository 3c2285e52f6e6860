package dev.regrow.runtime.launch;

import static dev.regrow.runtime.launch.SpecBuilder.shell;
import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.runtime.LaunchSpec;
import dev.regrow.runtime.LaunchSpec.Mount;
import dev.regrow.runtime.syscall.MountFlag;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What instances keep on disk. */
final class SlotVolumesTest extends LaunchCase {

  @Test
  void what_is_kept_is_there_again_and_belongs_to_the_numbers_that_it_has_inside()
      throws IOException {
    var first = run("echo one > /data/file; stat -c %u:%g /data /data/file");
    var again = run("cat /data/file; echo two >> /data/file; cat /data/file");

    assertThat(first).isEqualTo("1000:1000\n1000:1000\n");
    assertThat(again).isEqualTo("one\none\ntwo\n");
    if (!Files.exists(kept().resolveSibling(".test-i1.owner"))) { // Idmapped mounts there are.
      assertThat(Files.getAttribute(kept().resolve("file"), "unix:uid")).isEqualTo(1000);
      assertThat(Files.getAttribute(kept(), "unix:uid")).isEqualTo(1000);
    }
  }

  @Test
  void another_range_of_host_ids_changes_nothing() {
    run("echo one > /data/file");
    anotherTakesItsRange();

    assertThat(run("stat -c %u /data/file; echo two >> /data/file; cat /data/file"))
        .isEqualTo("1000\none\ntwo\n");
  }

  /** Ranges are given again once all of a block are taken, the longest released first. */
  private void anotherTakesItsRange() {
    var before = node.launcher.ids.of("default/test/test-i1");
    node.launcher.releaseSlot(TestNode.key("i1"), "test-i1");
    boolean taken = false;
    for (int i = 0; !taken; i++) {
      taken = node.launcher.ids.of("default/test/other-" + i).equals(before);
    }
  }

  @Test
  void a_read_only_one_cannot_be_written() {
    var spec =
        shell("echo x > /data/file || echo refused")
            .as(1000)
            .with(new Mount.Volume("data", "/data", true))
            .build();
    var attempt = node.launch(spec);
    attempt.awaitEnd();

    assertThat(attempt.output()).contains("refused");
  }

  @Test
  void where_there_are_no_idmapped_mounts_the_files_are_given_to_the_slots_ids()
      throws IOException {
    var volumes = node.home.resolve("data/volumes");
    Files.createDirectories(volumes);
    node.kernel.mount("regrow-" + host.nodeUid(), volumes, "ramfs", Set.of(MountFlag.NODEV), "");
    Files.setPosixFilePermissions(volumes, PosixFilePermissions.fromString("rwxr-xr-x"));
    try {
      var first = run("echo one > /data/file; stat -c %u /data/file");
      anotherTakesItsRange();

      assertThat(first).isEqualTo("1000\n");
      assertThat(run("stat -c %u /data/file; echo two >> /data/file; cat /data/file"))
          .isEqualTo("1000\none\ntwo\n");
      assertThat((int) Files.getAttribute(kept().resolve("file"), "unix:uid"))
          .isGreaterThan(0x70000000);
    } finally {
      node.kernel.umountDetached(volumes);
    }
  }

  @Test
  void it_goes_when_it_is_deleted_and_not_before() {
    run("echo one > /data/file");
    node.launcher.discardRoots(TestNode.key("i1"));
    node.launcher.discardOwn(TestNode.key("i1"));
    assertThat(kept().resolve("file")).exists();

    node.launcher.deleteVolume("default", "data", "test-i1");
    node.launcher.deleteVolume("default", "data", "test-i1");

    assertThat(kept()).doesNotExist();
    assertThat(run("ls /data")).isEmpty();
  }

  private Path kept() {
    return node.home.resolve("data/volumes/default/data/test-i1");
  }

  private String run(String script) {
    LaunchSpec spec =
        shell(script).named("i1").as(1000).with(new Mount.Volume("data", "/data", false)).build();
    var attempt = node.launch(spec);
    assertThat(attempt.awaitEnd()).as(attempt.output()).containsEntry("exit.code", "0");
    var output = attempt.output();
    node.forgetLogs(attempt);
    return output;
  }
}
