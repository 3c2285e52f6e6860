package dev.regrow.client;

import dev.regrow.client.ApiException.Unreachable;
import dev.regrow.client.http.HttpRequest;
import dev.regrow.client.http.HttpResponse;
import dev.regrow.v1.WatchEvent;
import dev.regrow.v1.WatchType;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Changes of one list: first what there is, then a {@code synced}, then every change of what is
 * stored, in order, each once. A connection that breaks is made again from the last index seen.
 */
public final class EventStream implements AutoCloseable {
  private static final Duration SILENCE = Duration.ofSeconds(60);
  private static final int BREAKS_MAX = 5;

  private final RegrowClient client;
  private final String path;
  private long since;
  private boolean synced;
  private int breaks;
  private volatile boolean closed;
  private volatile @Nullable HttpResponse response;

  EventStream(RegrowClient client, String path, long since) {
    this.client = client;
    this.path = path;
    this.since = since;
  }

  /**
   * Waits for the next event; null after {@link #close}.
   *
   * @throws ApiException.Gone when it was cut off for so long that changes are missing: list again
   * @throws ApiException when the cluster stays away
   */
  public @Nullable WatchEvent next() {
    while (!closed) {
      try {
        var event = WatchEvent.parseDelimitedFrom(open().body());
        if (event != null) {
          breaks = 0;
          return seen(event);
        }
        drop();
      } catch (IOException e) {
        drop();
        if (!closed && !(e instanceof java.net.SocketTimeoutException) && ++breaks > BREAKS_MAX) {
          throw new Unreachable(
              "the watch of " + path + " breaks again and again: " + e.getMessage(),
              ApiException.Applied.NO);
        }
      } catch (ApiException e) {
        if (!closed) {
          throw e;
        }
      }
    }
    return null;
  }

  private WatchEvent seen(WatchEvent event) {
    // The items before `synced` come in no order of index: only from there on can it be resumed.
    synced |= event.getType() == WatchType.SYNCED || since > 0;
    if (synced) {
      since = Math.max(since, event.getIndex());
    }
    if (event.getType() == WatchType.FAULT) {
      throw ApiException.of(event.getProblem());
    }
    return event;
  }

  private HttpResponse open() {
    var current = response;
    if (current != null) {
      return current;
    }
    var target = Uris.with(path, "watch", "true");
    if (since > 0) {
      target = Uris.with(target, "since", Long.toString(since));
    }
    var request =
        new HttpRequest("GET", target, client.headers(RegrowClient.PROTOBUF), new byte[0]);
    var opened = client.stream(request, SILENCE);
    response = opened;
    if (closed) {
      opened.close();
    }
    return opened;
  }

  private void drop() {
    var current = response;
    response = null;
    if (current != null) {
      current.close();
    }
  }

  /** Ends it; wakes up whoever waits in {@link #next}. */
  @Override
  public void close() {
    closed = true;
    var current = response;
    if (current != null) {
      current.close();
    }
  }
}
