package dev.regrow.core.model;

/** One change of what is stored of a workload; those of one commit happen together. */
public sealed interface Change {

  record PutWorkload(Workload workload, Template template) implements Change {}

  record PutRevision(Revision revision) implements Change {}

  record DropRevision(long number) implements Change {}

  record PutAssignment(Assignment assignment) implements Change {}

  record DropAssignment(Assignment assignment) implements Change {}

  /** From then on it counts as one that uses that object. */
  record PutUse(ContentRef ref) implements Change {}

  record DropUse(ContentRef ref) implements Change {}

  /** A slot's data of a volume is on that node from then on. */
  record PutPlace(PlaceKey key, NodeRef node) implements Change {}

  record PutEvent(EventKey key, Occurrence occurrence) implements Change {}

  record DropEvent(EventKey key) implements Change {}

  /** The workload is gone for good; only ever the last of what remains of it. */
  record DropWorkload() implements Change {}
}
