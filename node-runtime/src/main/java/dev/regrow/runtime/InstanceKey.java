package dev.regrow.runtime;

/** Which instance, within one node: the parts are RFC 1123 labels and name its cgroup and state. */
public record InstanceKey(String namespace, String workload, String instanceId) {

  @Override
  public String toString() {
    return namespace + "/" + workload + "/" + instanceId;
  }
}
