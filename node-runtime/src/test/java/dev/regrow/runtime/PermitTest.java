package dev.regrow.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ForkJoinPool;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class PermitTest {

  @Test
  void what_was_decided_stays_so() {
    var taken = new Permit();
    var revoked = new Permit();

    assertThat(taken.take()).isTrue();
    assertThat(taken.revoke()).isFalse();
    assertThat(taken.take()).isTrue();
    assertThat(revoked.revoke()).isTrue();
    assertThat(revoked.take()).isFalse();
    assertThat(revoked.revoke()).isTrue();
  }

  @RepeatedTest(100)
  void it_is_taken_or_revoked_and_never_both() throws Exception {
    var permit = new Permit();
    var together = new CyclicBarrier(2);
    var pool = new ForkJoinPool(1);

    var taken =
        pool.submit(
            () -> {
              together.await();
              return permit.take();
            });
    together.await();
    boolean revoked = permit.revoke();

    assertThat(taken.get()).isNotEqualTo(revoked);
    pool.shutdown();
  }
}
