package dev.regrow.core.store;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the last calls of each client came to, so that a call that comes twice is done once. Part of
 * the replicated state: deterministic, and in every snapshot.
 *
 * <p>A client may not send call n before call n - {@link #WINDOW} is answered or given up; so what
 * is forgotten is never asked for by anybody who still waits.
 */
public final class Sessions {

  /** Calls of one client that are remembered. */
  public static final int WINDOW = 2_048;

  /** Clients that are remembered; beyond it the one that was silent longest is forgotten. */
  static final int CLIENTS = 256;

  /** One client's calls, as a snapshot holds them. */
  public record Session(long client, long highest, Map<Long, TxnResult> answers) {}

  private static final class Calls {
    private long highest;
    private final Map<Long, TxnResult> answers = new HashMap<>();
  }

  /** In order of their last use. */
  private final LinkedHashMap<Long, Calls> clients = new LinkedHashMap<>(16, 0.75f, true);

  /** The answer to a call that came before; null: it is new. */
  @Nullable TxnResult answered(long client, long call) {
    Calls calls = clients.get(client);
    if (calls == null) {
      return null;
    }
    TxnResult known = calls.answers.get(call);
    boolean forgotten = known == null && call <= calls.highest - WINDOW;
    // Nobody waits for this one any more; what matters is that it is not done again.
    return forgotten ? new TxnResult.ConditionFailed("", 0) : known;
  }

  void remember(long client, long call, TxnResult result) {
    Calls calls = clients.computeIfAbsent(client, ignored -> new Calls());
    calls.answers.put(call, result);
    if (call > calls.highest) {
      long from = Math.max(1, calls.highest - WINDOW + 1);
      calls.highest = call;
      if (call - WINDOW - from > WINDOW) {
        calls.answers.keySet().removeIf(old -> old <= call - WINDOW);
      } else {
        for (long old = from; old <= call - WINDOW; old++) {
          calls.answers.remove(old);
        }
      }
    }
    if (clients.size() > CLIENTS) {
      clients.remove(clients.keySet().iterator().next());
    }
  }

  List<Session> all() {
    var all = new ArrayList<Session>();
    clients.forEach(
        (client, calls) -> all.add(new Session(client, calls.highest, Map.copyOf(calls.answers))));
    return all;
  }

  void restore(List<Session> sessions) {
    clients.clear();
    for (Session session : sessions) {
      var calls = new Calls();
      calls.highest = session.highest();
      calls.answers.putAll(session.answers());
      clients.put(session.client(), calls);
    }
  }
}
