package dev.regrow.chaos.scenario;

import dev.regrow.chaos.history.Recorder;
import dev.regrow.client.ApiException;
import dev.regrow.client.ApiException.Applied;
import dev.regrow.client.Call;
import dev.regrow.client.RegrowClient;

/** A change whose outcome is written down as the client learnt it. */
final class RecordedChange {

  private RecordedChange() {}

  /**
   * @throws ApiException if it was refused for another reason than its time; nothing is written
   *     down
   */
  static void send(RegrowClient api, Call<?> call, Recorder.Started begun) {
    try {
      api.send(call);
      begun.ok();
    } catch (ApiException.Unavailable e) {
      end(begun, e.applied());
    } catch (ApiException.Unreachable e) {
      end(begun, e.applied());
    } catch (ApiException.TimedOut e) {
      end(begun, e.applied());
    } catch (ApiException.Stale
        | ApiException.Conflict
        | ApiException.TooMany
        | ApiException.DiskFull refused) {
      // What it was compared with may have moved for another reason than its value.
      begun.notApplied();
    }
  }

  private static void end(Recorder.Started begun, Applied applied) {
    switch (applied) {
      case NO -> begun.notApplied();
      case UNKNOWN -> begun.unknown();
    }
  }
}
