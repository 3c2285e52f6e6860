package dev.regrow.core.store.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.retry.RetryPolicy;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RaftSettingsTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 31, 1_000, 10_000_000})
  void a_follower_that_was_away_however_long_is_spoken_to_before_it_wants_another_leader(
      int attempts, @TempDir Path folder) throws IOException {
    var config = RaftStores.config(folder);
    var properties = RaftSettings.properties(config, new StoreDirectory(config.directory()));
    var retries =
        RetryPolicy.parse(RaftServerConfigKeys.Log.Appender.retryPolicy(properties), "retries");

    var wait = retries.handleAttemptFailure(() -> attempts).getSleepTime();

    assertThat(wait.toLong(TimeUnit.MILLISECONDS))
        .isLessThan(
            RaftServerConfigKeys.Rpc.timeoutMin(properties).toLong(TimeUnit.MILLISECONDS) / 2);
  }
}
