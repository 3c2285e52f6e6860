package dev.regrow.runtime.process;

import dev.regrow.runtime.InstanceKey;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Which slots the instances of this node have, each until it is forgotten. An instance and its
 * successor may have the same for a while. Thread-safe.
 */
final class Slots {

  private record Slot(String namespace, String workload, String name) {}

  private final Map<InstanceKey, Slot> slots = new HashMap<>();

  synchronized void take(InstanceKey key, String slot) {
    slots.put(key, new Slot(key.namespace(), key.workload(), slot));
  }

  /**
   * An instance is forgotten. Idempotent.
   *
   * @param freed is told the slot's name if no other instance has it; nobody takes it meanwhile
   */
  synchronized void leave(InstanceKey key, Consumer<String> freed) {
    var slot = slots.remove(key);
    if (slot != null && !slots.containsValue(slot)) {
      freed.accept(slot.name());
    }
  }

  /** The names of all that are taken. */
  synchronized Map<InstanceKey, String> taken() {
    var taken = new HashMap<InstanceKey, String>();
    slots.forEach((key, slot) -> taken.put(key, slot.name()));
    return taken;
  }
}
