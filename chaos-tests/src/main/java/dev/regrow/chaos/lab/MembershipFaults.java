package dev.regrow.chaos.lab;

import dev.regrow.chaos.fault.Fault;
import dev.regrow.chaos.fault.Injector.Injection;
import dev.regrow.chaos.fault.Injector.NotNow;
import dev.regrow.client.ApiException;
import dev.regrow.client.Call;
import dev.regrow.client.Calls;
import dev.regrow.v1.Node;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Who takes instances and who keeps the store, changed as people change it: by the API. What cannot
 * be taken back while nobody answers is owed, and asked for again.
 */
final class MembershipFaults {

  private static final Duration DRAINED_WITHIN = Duration.ofMinutes(2);

  private final Map<String, Call<Node>> owed = new ConcurrentHashMap<>();

  Injection inject(Fault fault, String machine, LabApi api) {
    return switch (fault.kind()) {
      case CORDON ->
          change(machine, "cordoned", Calls.cordon(machine), Calls.uncordon(machine), api);
      case DRAIN ->
          change(
              machine,
              "drained",
              Calls.drain(machine, DRAINED_WITHIN),
              Calls.uncordon(machine),
              api);
      case DEMOTION ->
          change(machine, "demoted", Calls.demote(machine), Calls.promote(machine), api);
      case PROMOTION ->
          change(machine, "promoted", Calls.promote(machine), Calls.demote(machine), api);
      default -> throw new IllegalArgumentException(fault + " changes no membership");
    };
  }

  private Injection change(
      String machine, String what, Call<Node> call, Call<Node> back, LabApi api) {
    Optional<Node> answer;
    try {
      answer = api.ask(call);
    } catch (ApiException.Conflict | ApiException.NotFound | ApiException.Stale refused) {
      throw new NotNow(String.valueOf(refused.getMessage()));
    }
    // Unanswered it may happen all the same, and is taken back in any case.
    var done = machine + (answer.isPresent() ? " " : " perhaps ") + what;
    return Injection.of(
        done,
        () -> {
          owed.put(back.target(), back);
          settle(api);
        });
  }

  /**
   * Asks for what is owed.
   *
   * @return whether nothing is any more
   */
  boolean settle(LabApi api) {
    owed.values().removeIf(call -> isDone(call, api));
    return owed.isEmpty();
  }

  private static boolean isDone(Call<Node> call, LabApi api) {
    try {
      return api.ask(call).isPresent();
    } catch (ApiException.Conflict | ApiException.Stale notYet) {
      return false;
    }
  }
}
