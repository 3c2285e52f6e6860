package dev.regrow.runtime.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostRootsTest {

  private static final Path NODE = Path.of("/var/lib/regrow/n1");
  private static final List<Path> NODES = List.of(NODE, Path.of("/run/regrow"));

  private final Host host = new Host();

  /** Directories, files, and what is mounted a second time. */
  private static final class Host implements HostRoots.Look {
    private final Set<Path> directories = new HashSet<>();
    private final Set<Path> files = new HashSet<>();
    private final Map<Path, Path> mounted = new HashMap<>();

    Host having(String directory) {
      for (var path = Path.of(directory); path != null; path = path.getParent()) {
        directories.add(path);
      }
      return this;
    }

    @Override
    public boolean isDirectory(Path path) {
      return directories.contains(path);
    }

    @Override
    public boolean exists(Path path) {
      return directories.contains(path) || files.contains(path);
    }

    @Override
    public Object identity(Path path) {
      for (var above = path; above != null; above = above.getParent()) {
        var source = mounted.get(above);
        if (source != null) {
          return source.resolve(above.relativize(path));
        }
      }
      return path;
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/srv/rootfs",
        "/root/rootfs",
        "/home/alice/rootfs",
        "/tmp/junit-1/rootfs",
        "/var/tmp/x/rootfs",
        "/var/lib/machines/debian",
        "/mnt"
      })
  void a_root_file_system_in_a_directory_of_its_own_may_be_one(String path) {
    assertThat(refusal(path + "/bin", path)).isEmpty();
  }

  @Test
  void its_programs_may_all_be_in_usr() {
    assertThat(refusal("/srv/rootfs/usr/bin", "/srv/rootfs")).isEmpty();
  }

  @Test
  void a_directory_without_programs_is_no_root_file_system() {
    host.having("/srv/data/usr");

    assertThat(refusal("/srv/data/etc", "/srv/data"))
        .hasValueSatisfying(
            word -> assertThat(word).contains("bin or usr/bin", "--host-paths /srv/data"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/proc",
        "/proc/self",
        "/sys/fs",
        "/dev",
        "/dev/shm/rootfs",
        "/run",
        "/run/user/0/x",
        "/var",
        "/usr",
        "/etc",
        "/boot",
        "/root",
        "/home",
        "/bin",
        "/sbin",
        "/lib",
        "/lib64",
        "/opt",
        "/tmp",
        "/srv",
        "/home/alice",
        "/var/lib/regrow",
        "/var/lib",
        "/run/regrow/uid"
      })
  void what_is_the_machines_the_kernels_or_a_nodes_own_is_refused(String path) {
    assertThat(refusal(Path.of(path).resolve("bin").toString(), path)).isPresent();
  }

  @Test
  void what_the_operator_opens_is_taken_as_it_is() {
    var opened = List.of(Path.of("/srv"), Path.of("/run/media"), Path.of("/home/alice"));

    for (var path : List.of("/srv", "/srv/data", "/run/media/disk", "/home/alice")) {
      assertThat(new HostRoots(NODES, opened, host).refusal(Path.of(path))).isEmpty();
    }
  }

  @Test
  void a_node_that_is_not_known_is_known_by_its_key() {
    host.files.add(Path.of("/data/n7/identity/node-key.pem"));

    for (var path : List.of("/data/n7", "/data/n7/volumes/shop/db/db-0")) {
      assertThat(refusal(path + "/bin", path))
          .hasValueSatisfying(word -> assertThat(word).contains("/data/n7, which is a node's own"));
    }
    assertThat(refusal("/data/rootfs/bin", "/data/rootfs")).isEmpty();
  }

  @Test
  void a_second_mount_of_what_is_refused_is_refused() {
    host.mounted.put(Path.of("/mnt/host"), Path.of("/"));

    for (var path : List.of("/mnt/host", "/mnt/host/etc", "/mnt/host/var/lib/regrow/n1/logs")) {
      assertThat(refusal(path + "/bin", path)).as(path).isPresent();
    }
    assertThat(refusal("/mnt/host/srv/rootfs/bin", "/mnt/host/srv/rootfs")).isEmpty();
  }

  @Property
  void nothing_of_a_node_or_the_kernel_is_shown_whatever_is_opened(
      @ForAll("paths") Path root, @ForAll("paths") Path node, @ForAll("paths") Path opened) {
    var roots = new HostRoots(List.of(node), List.of(opened), everywhereHasPrograms());
    boolean theirs =
        Stream.of(node, Path.of("/proc"), Path.of("/sys"), Path.of("/dev"))
            .anyMatch(own -> own.startsWith(root) || root.startsWith(own));

    if (theirs) {
      assertThat(roots.refusal(root)).isPresent();
    } else if (root.startsWith(opened)) {
      assertThat(roots.refusal(root)).isEmpty();
    }
  }

  @Property
  void what_is_opened_besides_takes_nothing_away(
      @ForAll("paths") Path root, @ForAll("paths") Path opened) {
    var closed = new HostRoots(NODES, List.of(), everywhereHasPrograms());
    var wider = new HostRoots(NODES, List.of(opened), everywhereHasPrograms());

    assertThat(wider.refusal(root).isEmpty() || closed.refusal(root).isPresent()).isTrue();
  }

  @Provide
  Arbitrary<Path> paths() {
    return Arbitraries.of("proc", "sys", "run", "var", "srv", "home", "a", "b")
        .list()
        .ofMaxSize(3)
        .map(names -> Path.of("/", names.toArray(new String[0])));
  }

  private static HostRoots.Look everywhereHasPrograms() {
    return new HostRoots.Look() {
      @Override
      public boolean isDirectory(Path path) {
        return true;
      }

      @Override
      public boolean exists(Path path) {
        return false;
      }

      @Override
      public Object identity(Path path) {
        return path;
      }
    };
  }

  private Optional<String> refusal(String directory, String root) {
    return new HostRoots(NODES, List.of(), host.having(directory)).refusal(Path.of(root));
  }
}
