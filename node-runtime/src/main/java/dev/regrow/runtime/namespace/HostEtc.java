package dev.regrow.runtime.namespace;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Copies the safe part of the host's /etc: what programs need in order to run and is no secret.
 * Only what everybody on the host may read is taken. The copy lies at a path named for its content,
 * so an instance keeps what it started with.
 */
public final class HostEtc {

  private static final Set<String> NAMES =
      Set.of(
          "alternatives",
          "bash.bashrc",
          "bindresvport.blacklist",
          "ca-certificates",
          "ca-certificates.conf",
          "debian_version",
          "environment",
          "fonts",
          "gai.conf",
          "group",
          "host.conf",
          "inputrc",
          "issue",
          "java",
          "ld.so.cache",
          "ld.so.conf",
          "ld.so.conf.d",
          "locale.alias",
          "locale.conf",
          "localtime",
          "lsb-release",
          "magic",
          "magic.mime",
          "mime.types",
          "nanorc",
          "networks",
          "nginx",
          "nsswitch.conf",
          "os-release",
          "passwd",
          "perl",
          "pki",
          "profile",
          "profile.d",
          "protocols",
          "python3",
          "redhat-release",
          "rpc",
          "services",
          "shells",
          "ssl",
          "terminfo",
          "timezone",
          "vim");

  private static final List<String> PREFIXES = List.of("java-", "python2", "python3.", "php");

  /** Bound over per instance, so they must exist. */
  private static final List<String> PLACES = List.of("hostname", "hosts", "resolv.conf");

  private static final String NOT_FOR_ALL = "private";

  private HostEtc() {}

  /**
   * Makes a copy, or finds it. It is made anew after each boot: nobody waits until it is on disk,
   * so after a power cut its files may be empty.
   *
   * @param etc the host's
   * @param copies where copies are kept; those of earlier boots are deleted, as nothing that uses
   *     them can run any more
   * @param bootId of this boot of the machine
   * @return the copy
   */
  public static Path copy(Path etc, Path copies, String bootId) throws IOException {
    var ofBoot = Files.createDirectories(copies.resolve(bootId));
    var names = names(etc);
    var target = ofBoot.resolve(fingerprint(etc, names));
    if (Files.isDirectory(target)) {
      return target;
    }
    deleteOthers(copies, ofBoot);
    var temporary = Files.createTempDirectory(ofBoot, "new");
    Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxr-xr-x"));
    for (var name : names) {
      copyTree(etc.resolve(name), temporary.resolve(name));
    }
    for (var place : PLACES) {
      write(temporary.resolve(place), new byte[0]);
    }
    if (Files.exists(Path.of("/proc/mounts"))) {
      Files.createSymbolicLink(temporary.resolve("mtab"), Path.of("/proc/mounts"));
    }
    Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    return target;
  }

  private static void deleteOthers(Path copies, Path kept) throws IOException {
    try (var all = Files.list(copies)) {
      for (var each : all.filter(folder -> !folder.equals(kept)).toList()) {
        try (var tree = Files.walk(each)) {
          for (var path : tree.sorted(Comparator.reverseOrder()).toList()) {
            Files.delete(path);
          }
        }
      }
    }
  }

  private static SortedSet<String> names(Path etc) throws IOException {
    var names = new TreeSet<String>();
    try (var entries = Files.list(etc)) {
      entries
          .map(entry -> entry.getFileName().toString())
          .filter(name -> NAMES.contains(name) || PREFIXES.stream().anyMatch(name::startsWith))
          .forEach(names::add);
    }
    return names;
  }

  private static String fingerprint(Path etc, SortedSet<String> names) throws IOException {
    var text = new StringBuilder("1 ");
    for (var name : names) {
      try (var tree = Files.walk(etc.resolve(name))) {
        for (var path : tree.sorted().toList()) {
          var attributes =
              Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
          text.append(path).append(' ').append(attributes.size()).append(' ');
          text.append(attributes.lastModifiedTime().toMillis()).append('\n');
        }
      }
    }
    try {
      var digest =
          MessageDigest.getInstance("SHA-256")
              .digest(text.toString().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 12);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private static void copyTree(Path from, Path to) throws IOException {
    Files.walkFileTree(
        from,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes)
              throws IOException {
            if (dir.getFileName().toString().equals(NOT_FOR_ALL) || !forAll(dir)) {
              return FileVisitResult.SKIP_SUBTREE;
            }
            var copy = to.resolve(from.relativize(dir));
            Files.createDirectories(copy);
            Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rwxr-xr-x"));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            var copy = to.resolve(from.relativize(file));
            if (attributes.isSymbolicLink()) {
              Files.createSymbolicLink(copy, Files.readSymbolicLink(file));
            } else if (attributes.isRegularFile() && forAll(file)) {
              write(copy, Files.readAllBytes(file));
              Files.setLastModifiedTime(copy, attributes.lastModifiedTime());
            }
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private static boolean forAll(Path path) throws IOException {
    return Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS)
        .contains(PosixFilePermission.OTHERS_READ);
  }

  private static void write(Path file, byte[] content) throws IOException {
    Files.write(file, content);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
  }
}
