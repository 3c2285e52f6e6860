package dev.regrow.runtime.logs;

import static java.nio.file.StandardWatchEventKinds.ENTRY_CREATE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_DELETE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_MODIFY;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Path;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tells readings that their directory has changed, by inotify: one thread for all, made for the
 * first. It never reads or waits for a reader itself.
 */
final class LogWatcher implements AutoCloseable {

  private record Watched(WatchKey key, Set<FileReading> readings) {}

  private final Map<Path, Watched> watched = new HashMap<>();
  private @Nullable WatchService service;
  private boolean closed;

  synchronized boolean open() {
    return !closed;
  }

  synchronized void watch(Path directory, FileReading reading) {
    if (closed) {
      return;
    }
    try {
      var inotify = started(directory);
      var known = watched.get(directory);
      if (known == null) {
        var key = directory.register(inotify, ENTRY_CREATE, ENTRY_MODIFY, ENTRY_DELETE);
        known = new Watched(key, new LinkedHashSet<>());
        watched.put(directory, known);
      }
      known.readings.add(reading);
    } catch (IOException e) {
      throw FileLogs.failure("follow logs in " + directory, e);
    }
  }

  private WatchService started(Path directory) throws IOException {
    var running = service;
    if (running == null) {
      running = directory.getFileSystem().newWatchService();
      service = running;
      var inotify = running;
      var thread = new Thread(() -> run(inotify), "regrow-log-watcher");
      thread.setDaemon(true);
      thread.start();
    }
    return running;
  }

  private void run(WatchService inotify) {
    try {
      while (true) {
        var key = inotify.take();
        key.pollEvents(); // which file does not matter: the reading knows where it is
        boolean alive = key.reset();
        readingsOf(key, alive).forEach(FileReading::changed);
      }
    } catch (InterruptedException | ClosedWatchServiceException e) {
      close();
    }
  }

  private synchronized List<FileReading> readingsOf(WatchKey key, boolean alive) {
    var directory = (Path) key.watchable();
    var known = watched.get(directory);
    if (known == null) {
      return List.of();
    }
    if (!alive) {
      watched.remove(directory); // it was deleted: each reading will see that and end
    }
    return List.copyOf(known.readings);
  }

  synchronized void forget(FileReading reading) {
    watched
        .values()
        .removeIf(
            each -> {
              boolean last = each.readings.remove(reading) && each.readings.isEmpty();
              if (last) {
                each.key.cancel();
              }
              return last;
            });
  }

  /** Lets every reading have a last round, which ends it. */
  @Override
  public void close() {
    List<FileReading> readings;
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      readings = watched.values().stream().flatMap(each -> each.readings.stream()).toList();
      watched.clear();
      if (service != null) {
        try {
          service.close();
        } catch (IOException e) {
          throw FileLogs.failure("stop following logs", e);
        }
      }
    }
    readings.forEach(FileReading::changed);
  }
}
