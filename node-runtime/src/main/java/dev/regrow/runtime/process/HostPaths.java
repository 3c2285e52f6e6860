package dev.regrow.runtime.process;

import dev.regrow.runtime.LaunchSpec;
import dev.regrow.runtime.LaunchSpec.Mount;
import dev.regrow.runtime.RuntimeFailure;
import dev.regrow.runtime.image.BadImage;
import dev.regrow.runtime.image.ImageReference.Layout;
import dev.regrow.runtime.image.source.Sources;
import dev.regrow.runtime.state.StateDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.stream.Stream;

/**
 * What instances may see of the host: what its operator opens, and root file systems. It is judged
 * with all links followed, and handed on like that, so that nobody can lay a link into the way
 * between the judgement and the mount.
 */
final class HostPaths {

  private final List<Path> opened;
  private final List<Path> nodes;

  HostPaths(RuntimeConfig config) {
    this.opened = config.hostPaths();
    this.nodes = List.of(config.dataDirectory(), StateDirectory.RUN);
  }

  /**
   * The same instance, without a link in any path of the host.
   *
   * @throws RuntimeFailure if it may not see one of them
   */
  LaunchSpec judged(LaunchSpec spec) {
    var rootfs = spec.rootfs();
    var mounts = spec.mounts().stream().map(this::judged).toList();
    return spec.showing(rootfs == null ? null : judgedRoot(rootfs), mounts);
  }

  private Mount judged(Mount mount) {
    if (!(mount instanceof Mount.Host host)) {
      return mount;
    }
    var real = real(host.source());
    if (opened().noneMatch(real::startsWith)) {
      throw new RuntimeFailure(
          "the path %s of the host is not open to instances on this node; start it with --host-paths %s"
              .formatted(host.source(), host.source()),
          false);
    }
    return new Mount.Host(real, host.at(), host.readOnly());
  }

  private Path judgedRoot(Path rootfs) {
    if (!Files.isDirectory(rootfs)) {
      throw new RuntimeFailure(
          "cannot find the root file system %s: there is no such directory on this node"
              .formatted(rootfs),
          false);
    }
    var real = real(rootfs);
    var refusal = roots().refusal(real);
    if (refusal.isPresent()) {
      throw new RuntimeFailure(
          "dir:%s cannot be the root of an instance: %s"
              .formatted(rootfs, led(rootfs, real) + refusal.get()),
          false);
    }
    return real;
  }

  /** The same sources, but for layouts among what is a node's own. */
  Sources judged(Sources sources) {
    return (reference, credentials) ->
        sources.open(reference instanceof Layout layout ? judged(layout) : reference, credentials);
  }

  private Layout judged(Layout layout) {
    var real = real(layout.path());
    roots()
        .ofNodes(real)
        .ifPresent(
            why -> {
              throw new BadImage(led(layout.path(), real) + why);
            });
    return new Layout(real, layout.tag(), layout.digest());
  }

  private HostRoots roots() {
    return new HostRoots(
        nodes.stream().map(HostPaths::real).toList(), opened().toList(), new OnDisk());
  }

  private Stream<Path> opened() {
    return opened.stream().map(HostPaths::real);
  }

  private static String led(Path path, Path real) {
    return path.normalize().equals(real) ? "" : "it leads to %s: ".formatted(real);
  }

  /** What does not exist is judged as it is written; using it fails later, with its own word. */
  private static Path real(Path path) {
    try {
      return path.toRealPath();
    } catch (IOException missing) {
      return path.toAbsolutePath().normalize();
    }
  }

  private static final class OnDisk implements HostRoots.Look {

    @Override
    public boolean isDirectory(Path path) {
      return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
    }

    @Override
    public boolean exists(Path path) {
      return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
    }

    @Override
    public Object identity(Path path) {
      try {
        var key = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
        return key == null ? path : key;
      } catch (IOException missing) {
        return path;
      }
    }
  }
}
