package dev.regrow.gateway.stream;

import dev.regrow.runtime.InstanceKey;
import dev.regrow.runtime.Load;
import dev.regrow.runtime.Logs;
import dev.regrow.runtime.RunningInstance;
import java.util.List;
import java.util.Optional;

/** The instances of this node and what they wrote; works without the cluster. */
public interface LocalInstances {

  /**
   * By id, or by slot when no instance has that id; also one that ended, while its logs are kept.
   */
  Optional<InstanceKey> find(String namespace, String idOrSlot);

  Logs logs();

  /** All that run here at the moment. */
  List<RunningInstance> running();

  /** What is used of this machine. */
  Load.OfMachine load();

  /** What of it runs here at the moment. */
  Optional<RunningInstance> running(InstanceKey key);
}
