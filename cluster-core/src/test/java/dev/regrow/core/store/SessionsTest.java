package dev.regrow.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.regrow.core.store.TxnResult.Committed;
import java.util.List;
import org.junit.jupiter.api.Test;

class SessionsTest {

  private final StoreState state = new StoreState(ChangeHistory.Bound.DEFAULT);

  @Test
  void a_call_that_comes_twice_is_done_once_and_answered_twice() {
    assertThat(state.apply(call(7, 1))).isEqualTo(new Committed(1));
    assertThat(state.apply(call(7, 2))).isEqualTo(new Committed(2));

    assertThat(state.apply(call(7, 1))).isEqualTo(new Committed(1));
    assertThat(state.index()).isEqualTo(2);
    assertThat(state.apply(call(8, 1))).isEqualTo(new Committed(3));
  }

  @Test
  void a_call_that_came_twice_is_known_after_a_snapshot() {
    state.apply(call(7, 1));
    var restored = new StoreState(ChangeHistory.Bound.DEFAULT);

    restored.restore(state.index(), state.entries(), state.sessions());

    assertThat(restored.apply(call(7, 1))).isEqualTo(new Committed(1));
    assertThat(restored.index()).isEqualTo(1);
  }

  @Test
  void what_is_older_than_the_window_is_never_done_again() {
    for (int number = 1; number <= Sessions.WINDOW + 1; number++) {
      state.apply(call(7, number));
    }

    assertThat(state.apply(call(7, 1))).isInstanceOf(TxnResult.ConditionFailed.class);
    assertThat(state.apply(call(7, 2))).isEqualTo(new Committed(2));
    assertThat(state.index()).isEqualTo(Sessions.WINDOW + 1);
  }

  @Test
  void clients_beyond_the_bound_are_forgotten_longest_silent_first() {
    for (long client = 1; client <= Sessions.CLIENTS; client++) {
      state.apply(call(client, 1));
    }
    state.apply(call(1, 2));

    state.apply(call(Sessions.CLIENTS + 1, 1));

    assertThat(state.sessions()).hasSize(Sessions.CLIENTS);
    assertThat(state.sessions())
        .extracting(Sessions.Session::client)
        .contains(1L)
        .doesNotContain(2L);
  }

  private static Call call(long client, long number) {
    var write = new Txn.Write.Put("a/" + client, ByteString.copyFromUtf8("x"));
    return new Call(client, number, new Txn(List.of(), List.of(write)));
  }
}
