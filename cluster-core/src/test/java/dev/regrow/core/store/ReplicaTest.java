package dev.regrow.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class ReplicaTest {

  private final Queue<Runnable> tasks = new ArrayDeque<>();
  private final List<String> heard = new ArrayList<>();
  private final Replica replica = new Replica(new ChangeHistory.Bound(3, 1 << 20), tasks::add);

  private final WatchListener listener =
      new WatchListener() {
        @Override
        public void onChanges(long index, List<Change> changes) {
          changes.forEach(change -> heard.add(index + ":" + change.key()));
        }

        @Override
        public void onGone(long oldestIndex) {
          heard.add("gone:" + oldestIndex);
        }
      };

  @Test
  void a_quiet_watch_is_not_left_behind_by_history() {
    replica.watch("a/", 0, listener);
    runTasks();
    for (int i = 0; i < 100; i++) {
      put("b/" + i);
    }

    put("a/1");
    runTasks();

    assertThat(heard).containsExactly("101:a/1");
  }

  @Test
  void a_watch_whose_listener_is_too_slow_for_the_history_is_told_and_ends() {
    replica.watch("a/", 0, listener);
    runTasks();

    for (int i = 0; i < 5; i++) {
      put("a/" + i);
    }
    runTasks();
    put("a/more");
    runTasks();

    assertThat(heard).containsExactly("gone:2");
  }

  @Test
  void a_watch_is_awake_once_however_many_changes_come() {
    replica.watch("a/", 0, listener);

    put("a/1");
    put("a/2");

    assertThat(tasks).hasSize(1);
    runTasks();
    assertThat(heard).containsExactly("1:a/1", "2:a/2");
  }

  @Test
  void a_closed_watch_hears_nothing_more() {
    Store.Watch watch = replica.watch("a/", 0, listener);
    put("a/1");

    watch.close();
    runTasks();

    assertThat(heard).isEmpty();
  }

  @Test
  void a_watch_on_an_index_still_to_come_hears_only_what_is_after_it() {
    replica.watch("a/", 2, listener);

    put("a/1");
    put("a/2");
    put("a/3");
    runTasks();

    assertThat(heard).containsExactly("3:a/3");
  }

  private void runTasks() {
    for (Runnable task; (task = tasks.poll()) != null; ) {
      task.run();
    }
  }

  private void put(String key) {
    var write = new Txn.Write.Put(key, ByteString.EMPTY);
    replica.apply(List.of(Call.once(new Txn(List.of(), List.of(write)))));
  }
}
