package dev.regrow.core.lifecycle;

import dev.regrow.core.model.Records;
import org.jspecify.annotations.Nullable;

/** All that a workload entity knows: what is stored, what was heard, and the commit in flight. */
public final class WorkloadState {

  private final String namespace;
  private final String name;
  private final Records records;
  private final Soft soft;
  private final @Nullable InFlight inFlight;

  WorkloadState(
      String namespace, String name, Records records, Soft soft, @Nullable InFlight inFlight) {
    this.namespace = namespace;
    this.name = name;
    this.records = records;
    this.soft = soft;
    this.inFlight = inFlight;
  }

  /** As it is right after its records were read. */
  public static WorkloadState of(String namespace, String name, Records records) {
    return new WorkloadState(namespace, name, records, Soft.NONE, null);
  }

  public String namespace() {
    return namespace;
  }

  public String name() {
    return name;
  }

  public Records records() {
    return records;
  }

  public Soft soft() {
    return soft;
  }

  /** A commit is in flight: nobody may ask for anything before it is answered. */
  public boolean busy() {
    return inFlight != null;
  }

  @Nullable InFlight inFlight() {
    return inFlight;
  }

  WorkloadState with(Records records) {
    return new WorkloadState(namespace, name, records, soft, inFlight);
  }

  WorkloadState with(Soft soft) {
    return new WorkloadState(namespace, name, records, soft, inFlight);
  }

  WorkloadState committing(InFlight commit) {
    return new WorkloadState(namespace, name, records, soft, commit);
  }

  WorkloadState idle() {
    return new WorkloadState(namespace, name, records, soft, null);
  }
}
