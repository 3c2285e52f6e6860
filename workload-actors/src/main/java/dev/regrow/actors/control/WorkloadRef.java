package dev.regrow.actors.control;

/** Which workload. */
public record WorkloadRef(String namespace, String name) {

  @Override
  public String toString() {
    return namespace + "/" + name;
  }
}
