package dev.regrow.chaos.game;

import dev.regrow.chaos.fault.FaultKind;
import dev.regrow.chaos.fault.Injector;
import dev.regrow.client.RegrowClient;
import java.time.Duration;
import java.util.Set;

/** Where a scenario is played. */
interface Venue extends Reach, AutoCloseable {

  /** What it is, for a report. */
  String words();

  /** The namespace in which workloads are looked at. */
  String namespace();

  /** A client that asks any node that answers. */
  RegrowClient client(Duration timeout);

  Injector injector();

  /** Why these cannot be done here, and what to do, in words. */
  String refusal(Set<FaultKind> kinds);

  /** Takes away every fault that is left, and what was made for the run. */
  @Override
  void close();
}
