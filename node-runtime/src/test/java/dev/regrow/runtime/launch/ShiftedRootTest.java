package dev.regrow.runtime.launch;

import static dev.regrow.runtime.launch.SpecBuilder.running;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.regrow.runtime.LaunchSpec;
import dev.regrow.runtime.RuntimeFailure;
import dev.regrow.runtime.syscall.MountFlag;
import dev.regrow.runtime.testing.LeavesNothingBehind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Root file systems that the kernel cannot show with other owners: ramfs is one, everywhere. */
@Tag("kernel")
final class ShiftedRootTest {

  private static final Path BUSYBOX = Path.of("/bin/busybox");

  @RegisterExtension final LeavesNothingBehind host = new LeavesNothingBehind();

  @SuppressWarnings("NullAway.Init")
  private TestNode node;

  @SuppressWarnings("NullAway.Init")
  private Path rootfs;

  @BeforeEach
  void start() throws IOException {
    assumeTrue(Files.isExecutable(BUSYBOX), "needs busybox-static");
    node = new TestNode(host.nodeUid());
    rootfs = node.home.resolve("rootfs");
    Files.createDirectories(rootfs);
    node.kernel.mount("regrow-" + host.nodeUid(), rootfs, "ramfs", Set.of(MountFlag.NODEV), "");
    Files.setPosixFilePermissions(rootfs, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.createDirectories(rootfs.resolve("bin"));
    Files.copy(BUSYBOX, rootfs.resolve("bin/busybox"));
    Files.writeString(rootfs.resolve("file"), "original\n");
    Files.setAttribute(Files.createDirectory(rootfs.resolve("theirs")), "unix:uid", 1000);
  }

  @AfterEach
  void close() {
    node.kernel.umountDetached(rootfs);
    node.close();
  }

  @Test
  void an_instance_gets_a_copy_that_is_its_own_and_the_directory_stays_as_it_is() {
    var attempt = node.launch(shell("stat -c %u /theirs /bin; cat /file; echo more >> /file"));

    assertThat(attempt.awaitEnd()).containsEntry("exit.code", "0");
    assertThat(attempt.output()).isEqualTo("1000\n0\noriginal\n");
    assertThat(rootfs.resolve("file")).hasContent("original\n");
    assertThat(attempt.launched.warnings())
        .singleElement()
        .asString()
        .contains("copy of " + rootfs, "(ramfs)", "no idmapped mounts");
  }

  @Test
  void the_copy_is_made_once_and_goes_with_the_instance() throws IOException {
    var copies = node.home.resolve("data/shifted");
    node.launch(shell("true")).awaitEnd();
    Files.writeString(rootfs.resolve("file"), "changed\n");

    var again = node.launch(shell("cat /file"));
    again.awaitEnd();

    assertThat(again.output()).contains("original\n");
    node.launcher.discardRoots(TestNode.key("i1"));
    assertThat(copies).isEmptyDirectory();
  }

  @Test
  void nothing_is_copied_by_a_path_with_a_link() throws IOException {
    node.launch(shell("true")).awaitEnd(); // Now it is known that this file system needs copies.
    var way = Files.createSymbolicLink(node.home.resolve("way"), rootfs);

    assertThatThrownBy(
            () -> node.launch(running("/bin/busybox", "true").named("i2").in(way, true).build()))
        .isInstanceOf(RuntimeFailure.class)
        .hasMessageContainingAll("cannot copy", way.toString(), "symbolic link");
  }

  @Test
  void what_is_wrong_for_another_reason_is_still_said() {
    var spec = running("/bin/no-such-program").in(rootfs, true).build();

    assertThatThrownBy(() -> node.launch(spec))
        .hasMessageContaining("cannot execute '/bin/no-such-program': ENOENT");
  }

  private LaunchSpec shell(String script) {
    return running("/bin/busybox", "sh", "-c", script).in(rootfs, false).as(0).build();
  }
}
