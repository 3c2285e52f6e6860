package dev.regrow.runtime.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.runtime.syscall.Epoll;
import dev.regrow.runtime.syscall.Fd;
import dev.regrow.runtime.syscall.Kernel;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ExitWatcherTest {

  /** Never waits for long; gives a watcher that closes it too early the time to do so. */
  private static final class RestlessEpoll implements Epoll {
    private final CountDownLatch closed = new CountDownLatch(1);

    @Override
    public void add(Fd fd, long key) {}

    @Override
    public void remove(Fd fd) {}

    @Override
    public long[] await(@Nullable Duration timeout) {
      isClosedWithin(1);
      return new long[0];
    }

    @Override
    public void wakeUp() {
      if (isClosedWithin(300)) {
        throw new IllegalStateException("woken up after it was closed");
      }
    }

    @Override
    public void close() {
      closed.countDown();
    }

    boolean isClosedWithin(long millis) {
      try {
        return closed.await(millis, TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  @Test
  void a_watcher_that_is_awake_when_it_is_closed_lets_the_closer_finish() {
    var epoll = new RestlessEpoll();
    var watcher = new ExitWatcher(kernelWith(epoll));

    watcher.close();

    assertThat(epoll.isClosedWithin(0)).isTrue();
  }

  private static Kernel kernelWith(Epoll epoll) {
    return (Kernel)
        Proxy.newProxyInstance(
            Kernel.class.getClassLoader(),
            new Class<?>[] {Kernel.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("epollCreate")) {
                return epoll;
              }
              throw new UnsupportedOperationException(method.getName());
            });
  }
}
