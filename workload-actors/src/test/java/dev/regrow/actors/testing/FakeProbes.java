package dev.regrow.actors.testing;

import dev.regrow.runtime.Probe;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What the instances of a machine in memory answer; well unless told otherwise. */
public final class FakeProbes {

  private final Map<Probe, Probe.Outcome> answers = new ConcurrentHashMap<>();

  public void fails(Probe probe, String why) {
    answers.put(probe, Probe.Outcome.failed(why));
  }

  public void succeeds(Probe probe) {
    answers.remove(probe);
  }

  Probe.Outcome answer(Probe probe) {
    return answers.getOrDefault(probe, Probe.Outcome.WELL);
  }
}
