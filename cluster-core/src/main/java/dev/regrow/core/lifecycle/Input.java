package dev.regrow.core.lifecycle;

import dev.regrow.core.model.ContentRef;
import dev.regrow.core.model.InstanceId;
import dev.regrow.core.model.Live;
import dev.regrow.core.model.Occurrence;
import dev.regrow.core.model.Records;
import java.util.Collections;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** What a workload learns or is asked. */
public sealed interface Input {

  /**
   * Somebody asks; only while nothing is in flight ({@link WorkloadState#busy()}).
   *
   * @param token comes back with the answer
   */
  record Asked(long token, Ask ask, Ask.Expect expect, Ask.Attempt attempt) implements Input {
    public Asked(long token, Ask ask, Ask.Expect expect) {
      this(token, ask, expect, Ask.Attempt.ONLY);
    }
  }

  /** A node tells how an instance is. */
  record Observed(Target target, Live live) implements Input {}

  /** A node does not take an instance. */
  record Refused(Target target, String reason) implements Input {}

  /** A node tells what happened to an instance. */
  record Happened(Target target, Occurrence occurrence) implements Input {}

  /** What the objects hold now that it uses, as far as they are there. */
  record ContentsRead(SortedMap<ContentRef, String> present) implements Input {
    public ContentsRead {
      present = Collections.unmodifiableSortedMap(new TreeMap<>(present));
    }
  }

  record NodeLost(String nodeUid) implements Input {}

  record NodeBack(String nodeUid) implements Input {}

  /**
   * The store's leader, asked after the leases of these were given up, last renewed that of their
   * node so long ago.
   */
  record LeaseHeard(Set<InstanceId> ids, long ageMillis) implements Input {
    public LeaseHeard {
      ids = Set.copyOf(ids);
    }
  }

  record CommitSucceeded(long index) implements Input {}

  record CommitFailed(Cause cause, String message) implements Input {}

  /** The records were read again. */
  record Loaded(Records records) implements Input {}

  /** Time has passed, or somebody thinks that there may be something to do. */
  record Tick() implements Input {}

  /** Why a commit failed. */
  enum Cause {
    /** Somebody else changed the records: what was decided on is old. */
    CHANGED,
    OUTCOME_UNKNOWN,
    UNAVAILABLE,
    DISK_FULL,
    TOO_LARGE
  }
}
