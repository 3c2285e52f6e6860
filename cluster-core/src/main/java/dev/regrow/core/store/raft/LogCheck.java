package dev.regrow.core.store.raft;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks the whole log through before Ratis opens it. Cut is only a last record whose writing was
 * interrupted; whatever else is wrong, this server must not start: it would vote with a hole in its
 * memory.
 */
final class LogCheck {

  private static final Logger LOG = LoggerFactory.getLogger(LogCheck.class);
  private static final Pattern CLOSED = Pattern.compile("log_(\\d+)-(\\d+)");
  private static final Pattern OPEN = Pattern.compile("log_inprogress_(\\d+)");
  private static final Pattern SNAPSHOT = Pattern.compile("snapshot\\.(\\d+)_(\\d+)");

  private LogCheck() {}

  /**
   * One file of the log.
   *
   * @param end by its name; -1: it is still written to
   */
  private record Segment(Path file, long start, long end) {
    boolean open() {
      return end == -1;
    }
  }

  /**
   * Checks, and cuts an interrupted last record.
   *
   * @param group Ratis' directory of the group
   * @param applied what the log must reach: an entry that was applied was once on this disk
   * @throws Damaged naming file and fix
   */
  static void check(Path group, long applied) throws IOException {
    long snapshot = newestSnapshot(group).index();
    List<Segment> segments = segments(group.resolve("current"));
    if (segments.isEmpty()) {
      throw damaged(group.resolve("current"), "it holds no log any more");
    }
    // The log may begin anywhere up to the snapshot, since that is how far it is purged.
    long missing = Math.min(snapshot + 1, segments.get(0).start());
    for (Segment segment : segments) {
      if (segment.start() != missing) {
        throw damaged(
            segment.file(),
            "entries %d to %d before it are gone".formatted(missing, segment.start() - 1));
      }
      missing = check(segment) + 1;
    }
    long last = Math.max(snapshot, missing - 1);
    if (last < applied) {
      throw damaged(
          segments.get(segments.size() - 1).file(),
          "it ends at entry %d, although %d was applied here before".formatted(last, applied));
    }
  }

  /** The index of the segment's last entry. */
  private static long check(Segment segment) throws IOException {
    byte[] content = Files.readAllBytes(segment.file());
    LogRecords.Scan scan = LogRecords.scan(content);
    if (scan.first() != -1 && scan.first() != segment.start()) {
      throw damaged(segment.file(), "its first entry is " + scan.first());
    }
    if (!segment.open()) {
      if (scan.last() != segment.end()) { // What follows the last entry was cut before, once.
        throw damaged(
            segment.file(),
            "entry %d at byte %d is not what was written".formatted(scan.last() + 1, scan.end()));
      }
      return segment.end();
    }
    switch (scan.ending()) {
      case WHOLE -> {}
      case INTERRUPTED -> cut(segment.file(), scan.end());
      case DAMAGED ->
          throw damaged(
              segment.file(),
              "the record at byte %d is not what was written".formatted(scan.end()));
    }
    return scan.last() == -1 ? segment.start() - 1 : scan.last();
  }

  private static void cut(Path file, int end) throws IOException {
    LOG.warn(
        "{}: the last record was still being written when this server stopped; it was never"
            + " acknowledged and is cut at byte {}",
        file,
        end);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(end);
      channel.force(true);
    }
  }

  private static List<Segment> segments(Path current) throws IOException {
    var segments = new ArrayList<Segment>();
    try (var files = Files.list(current)) {
      for (Path file : files.toList()) {
        String name = String.valueOf(file.getFileName());
        Matcher closed = CLOSED.matcher(name);
        Matcher open = OPEN.matcher(name);
        if (closed.matches()) {
          segments.add(
              new Segment(file, Long.parseLong(closed.group(1)), Long.parseLong(closed.group(2))));
        } else if (open.matches()) {
          segments.add(new Segment(file, Long.parseLong(open.group(1)), -1));
        }
      }
    }
    segments.sort(Comparator.comparingLong(Segment::start));
    return segments;
  }

  /** Those that hold the log, in order. */
  static List<Path> files(Path group) throws IOException {
    return segments(group.resolve("current")).stream().map(Segment::file).toList();
  }

  /** In which the last entry of the newest snapshot was written; 0: there is none. */
  static long snapshotTerm(Path group) throws IOException {
    return newestSnapshot(group).term();
  }

  /** The last entry of a snapshot; index -1: there is none. */
  private record Position(long term, long index) {}

  private static Position newestSnapshot(Path group) throws IOException {
    Path directory = group.resolve("sm");
    var newest = new Position(0, -1);
    if (Files.isDirectory(directory)) {
      try (var files = Files.list(directory)) {
        for (Path file : files.toList()) {
          Matcher matcher = SNAPSHOT.matcher(String.valueOf(file.getFileName()));
          if (matcher.matches()) {
            var found =
                new Position(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2)));
            newest = found.index() > newest.index() ? found : newest;
          }
        }
      }
    }
    return newest;
  }

  private static Damaged damaged(Path file, String how) {
    return new Damaged(
        "the store's log %s is damaged: %s".formatted(file, how),
        "this server does not start on it: restore the store's directory from a backup");
  }
}
