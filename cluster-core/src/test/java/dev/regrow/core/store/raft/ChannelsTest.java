package dev.regrow.core.store.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ChannelsTest {

  @Test
  void what_comes_after_the_end_of_its_threads_is_told_all_the_same() {
    var told = new AtomicInteger();
    var threads = Executors.newFixedThreadPool(1);
    threads.shutdown();

    Channels.lasting(threads).execute(told::incrementAndGet);

    assertThat(told).hasValue(1);
  }
}
