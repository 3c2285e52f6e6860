package dev.regrow.chaos.scenario;

import dev.regrow.chaos.history.Recorder;
import dev.regrow.client.ApiException;
import dev.regrow.client.Call;
import dev.regrow.client.Calls;
import dev.regrow.client.RegrowClient;
import dev.regrow.client.Reply;
import dev.regrow.v1.Workload;
import org.jspecify.annotations.Nullable;

/**
 * A register of the public API: the label of a workload without instances, written and read through
 * one node by one client. Values must never repeat.
 */
final class LabelRegister {

  static final String LABEL = "value";

  private final int client;
  private final RegrowClient api;
  private final Recorder recorder;

  LabelRegister(int client, RegrowClient api, Recorder recorder) {
    this.client = client;
    this.api = api;
    this.recorder = recorder;
  }

  void write(String key, String value) {
    var begun = recorder.write(client, key, value);
    RecordedChange.send(api, Calls.apply(holding(key, value)), begun);
  }

  /** Writes if nobody has since it was read; the read counts, too. */
  void swap(String key, String value) {
    var seen = read(key);
    if (seen != null) {
      var begun = recorder.compareAndSet(client, key, value(seen.value()), value);
      RecordedChange.send(api, Calls.apply(holding(key, value)).ifMatch(seen.etag()), begun);
    }
  }

  /**
   * A linearizable read.
   *
   * @return null: there is none, or nobody answered
   */
  @Nullable Reply<Workload> read(String key) {
    var begun = recorder.read(client, key);
    try {
      var reply = api.exchange(consistent(Calls.workload(Programs.NAMESPACE, key)));
      begun.saw(value(reply.value()));
      return reply;
    } catch (ApiException.NotFound absent) {
      begun.saw(null);
    } catch (ApiException.Unavailable | ApiException.Unreachable | ApiException.TimedOut away) {
      begun.unknown();
    }
    return null;
  }

  private static Workload holding(String key, String value) {
    return Programs.complete(Programs.sleeper(key, 0).putLabels(LABEL, value));
  }

  private static @Nullable String value(Workload workload) {
    return workload.getLabelsMap().get(LABEL);
  }

  private static <T> Call<T> consistent(Call<T> call) {
    return new Call<>(
        call.method(),
        call.target() + "?consistent=true",
        call.headers(),
        call.body(),
        call.repeatable(),
        call.parser());
  }
}
