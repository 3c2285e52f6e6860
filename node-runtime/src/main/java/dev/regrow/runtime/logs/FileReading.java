package dev.regrow.runtime.logs;

import dev.regrow.runtime.Logs.Chunk;
import dev.regrow.runtime.Logs.Query;
import dev.regrow.runtime.Logs.Reading;
import dev.regrow.runtime.Logs.Sink;
import dev.regrow.runtime.RuntimeFailure;
import dev.regrow.runtime.logs.LogCursor.Progress;
import java.io.IOException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One reading. It has no thread: a round on the executor hands over what is there and there is room
 * for; while it follows, the watcher calls for another round whenever the directory changes, and
 * whoever had no room does once there is some.
 *
 * <pre>
 * IDLE ──changed──▶ RUNNING ──changed──▶ AGAIN        each but ENDED ──close──▶ ENDED
 *  ▲────round over────┘ ▲────round over────┘
 * </pre>
 */
final class FileReading implements Reading, LogCursor.Taker {

  private enum State {
    IDLE,
    RUNNING,
    AGAIN,
    ENDED
  }

  private final LogDirectory directory;
  private final Query query;
  private final Sink sink;
  private final Executor executor;
  private final LogWatcher watcher;
  private final AtomicReference<State> state = new AtomicReference<>(State.IDLE);

  private @Nullable LogCursor cursor;
  private LineSelection selection = new LineSelection(null, 0);

  FileReading(
      LogDirectory directory, Query query, Sink sink, Executor executor, LogWatcher watcher) {
    this.directory = directory;
    this.query = query;
    this.sink = sink;
    this.executor = executor;
    this.watcher = watcher;
  }

  void start() {
    if (query.follow() && directory.exists()) {
      watcher.watch(directory.path(), this);
    }
    changed();
  }

  /** Something was written, rotated or deleted. */
  void changed() {
    var before =
        state.getAndUpdate(
            now ->
                switch (now) {
                  case IDLE -> State.RUNNING;
                  case RUNNING, AGAIN -> State.AGAIN;
                  case ENDED -> State.ENDED;
                });
    if (before == State.IDLE) {
      executor.execute(this::round);
    }
  }

  private void round() {
    try {
      var progress = state.get() == State.ENDED ? Progress.ENOUGH : readOn();
      if (progress == Progress.ENOUGH || (progress == Progress.ALL_READ && !isFollowing())) {
        end(null);
        return;
      }
    } catch (IOException e) {
      end(FileLogs.failure("read logs in " + directory.path(), e));
      return;
    } catch (RuntimeException e) {
      end(new RuntimeFailure("reading logs in " + directory.path() + " failed: " + e, false, e));
      return;
    }
    var before =
        state.getAndUpdate(
            now ->
                switch (now) {
                  case RUNNING -> State.IDLE;
                  case AGAIN -> State.RUNNING;
                  case IDLE, ENDED -> now;
                });
    if (before == State.AGAIN) {
      executor.execute(this::round);
    } else if (before == State.ENDED) {
      end(null);
    }
  }

  private boolean isFollowing() {
    return query.follow() && directory.exists() && watcher.open();
  }

  private Progress readOn() throws IOException {
    if (cursor == null) {
      var attempts = FileLogs.attempts(query.attempt(), directory.attempts());
      cursor = new LogCursor(directory, attempts);
      if (query.tail() >= 0) {
        var counter = new LineSelection.Counter(query.since());
        try (var counting = new LogCursor(directory, attempts)) {
          counting.advance(counter::count);
        }
        selection = new LineSelection(query.since(), Math.max(0, counter.lines() - query.tail()));
      } else {
        selection = new LineSelection(query.since(), 0);
      }
    }
    return cursor.advance(this);
  }

  @Override
  public boolean hasRoom() {
    return sink.hasRoom();
  }

  @Override
  public boolean take(Chunk chunk) {
    return state.get() != State.ENDED && selection.select(chunk).map(sink::onChunk).orElse(true);
  }

  private void end(@Nullable RuntimeFailure failure) {
    state.set(State.ENDED);
    watcher.forget(this);
    RuntimeFailure said = failure;
    try {
      if (cursor != null) {
        cursor.close();
      }
    } catch (IOException e) {
      said = said == null ? FileLogs.failure("close logs in " + directory.path(), e) : said;
    }
    sink.onEnd(said);
  }

  @Override
  public void goOn() {
    changed();
  }

  /** A round that is under way ends by itself; an idle reading is ended by a last round. */
  @Override
  public void close() {
    if (state.getAndSet(State.ENDED) == State.IDLE) {
      executor.execute(this::round);
    }
  }
}
