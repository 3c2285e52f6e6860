package dev.regrow.gateway.http;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Threads for what may block or takes long. They come when they are needed, and go. */
final class Workers {

  private static final int MOST = 4;
  private static final long IDLE_SECONDS = 10;

  private Workers() {}

  /** The gateway has stopped before they could begin, as while it asked whose a token is. */
  static final class Stopped extends RejectedExecutionException {
    private static final long serialVersionUID = 1L;
  }

  static ExecutorService start() {
    var number = new AtomicInteger();
    var workers =
        new ThreadPoolExecutor(
            MOST,
            MOST,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            work -> {
              var thread = new Thread(work, "gateway-work-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            },
            (work, pool) -> {
              throw new Stopped();
            });
    workers.allowCoreThreadTimeOut(true);
    return workers;
  }
}
