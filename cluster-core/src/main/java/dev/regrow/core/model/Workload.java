package dev.regrow.core.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A declared workload as stored.
 *
 * @param rest everything declared except replicas and template
 * @param createdAt milliseconds since 1970
 * @param deletedAt milliseconds since 1970 of its deletion; 0: not deleted
 * @param instancesMade counts every instance that it ever had
 * @param declaredIndex the index of the last declared change; 0: {@code modIndex}
 * @param modIndex the index of this record's last change; 0: not yet stored
 * @param origin the stored bytes that this was read from: they keep what this version cannot read
 * @param seen what the objects that it uses held when last looked at; after a rollback its revision
 *     holds something else
 * @param asked the numbers of the last requests that changed what is declared, oldest first
 */
public record Workload(
    String namespace,
    String name,
    String uid,
    int replicas,
    Policy policy,
    Opaque rest,
    Rollout rollout,
    long createdAt,
    long deletedAt,
    long instancesMade,
    long declaredIndex,
    int schemaVersion,
    long modIndex,
    Opaque origin,
    SortedMap<ContentRef, String> seen,
    List<Long> asked) {

  /** How many requests are remembered: more than can overtake one that comes again. */
  private static final int ASKED_MAX = 8;

  public Workload {
    asked = List.copyOf(asked);
    seen = Collections.unmodifiableSortedMap(new TreeMap<>(seen));
  }

  /**
   * Where the workload moves to, and how far it is.
   *
   * @param revision the newest revision, which the rollout moves to
   * @param rolledOut the last revision that was fully rolled out; 0: none yet
   * @param startedAt milliseconds since 1970 of the rollout's begin
   * @param revertedFrom the revision whose rollout failed and was reverted; 0: none
   * @param stalled the revision whose rollout made no progress in time; 0: none
   * @param restartGeneration counts the restarts that people asked for
   */
  public record Rollout(
      long revision,
      long rolledOut,
      long startedAt,
      long revertedFrom,
      long stalled,
      long restartGeneration) {

    public boolean done() {
      return rolledOut == revision;
    }

    Rollout to(long next, long now, long from) {
      return new Rollout(next, rolledOut, now, from, 0, restartGeneration);
    }
  }

  /** The ETag: the index of the last declared change. */
  public long index() {
    return declaredIndex == 0 ? modIndex : declaredIndex;
  }

  public boolean deleted() {
    return deletedAt != 0;
  }

  public String key() {
    return namespace + "/" + name;
  }

  /** A slot's name, as {@code web-2}. */
  public String slotName(int slot) {
    return name + "-" + slot;
  }

  /** A new declaration; its index will be that of the commit. */
  public Workload redeclared(int replicas, Policy policy, Opaque rest, int schemaVersion) {
    return copy(
        replicas, policy, rest, rollout, deletedAt, instancesMade, 0, schemaVersion, modIndex);
  }

  public Workload scaled(int replicas) {
    return redeclared(replicas, policy, rest, schemaVersion);
  }

  /** A newer revision becomes the goal. */
  public Workload movingTo(long revision, long nowWall, long revertedFrom) {
    return declaring(rollout.to(revision, nowWall, revertedFrom));
  }

  public Workload restarted(long nowWall) {
    return declaring(
        new Rollout(
            rollout.revision(),
            rollout.rolledOut(),
            nowWall,
            rollout.revertedFrom(),
            0,
            rollout.restartGeneration() + 1));
  }

  public Workload deletedAt(long nowWall) {
    return copy(
        replicas, policy, rest, rollout, nowWall, instancesMade, 0, schemaVersion, modIndex);
  }

  /** The rollout got somewhere; what was declared stays as it was. */
  public Workload rolledOut() {
    return progressed(
        new Rollout(
            rollout.revision(),
            rollout.revision(),
            rollout.startedAt(),
            rollout.revertedFrom(),
            0,
            rollout.restartGeneration()));
  }

  public Workload stalled() {
    return progressed(
        new Rollout(
            rollout.revision(),
            rollout.rolledOut(),
            rollout.startedAt(),
            rollout.revertedFrom(),
            rollout.revision(),
            rollout.restartGeneration()));
  }

  public Workload withOneMoreInstance() {
    return copy(
        replicas,
        policy,
        rest,
        rollout,
        deletedAt,
        instancesMade + 1,
        declaredIndex,
        schemaVersion,
        modIndex);
  }

  /** As it is after a rewrite that changes nothing declared: the ETag stays. */
  public Workload keepingItsIndex() {
    return copy(
        replicas,
        policy,
        rest,
        rollout,
        deletedAt,
        instancesMade,
        index(),
        schemaVersion,
        modIndex);
  }

  public Workload storedAt(long index) {
    return copy(
        replicas,
        policy,
        rest,
        rollout,
        deletedAt,
        instancesMade,
        declaredIndex,
        schemaVersion,
        index);
  }

  private Workload declaring(Rollout next) {
    return copy(replicas, policy, rest, next, deletedAt, instancesMade, 0, schemaVersion, modIndex);
  }

  private Workload progressed(Rollout next) {
    return copy(
        replicas,
        policy,
        rest,
        next,
        deletedAt,
        instancesMade,
        declaredIndex,
        schemaVersion,
        modIndex);
  }

  private Workload copy(
      int replicas,
      Policy policy,
      Opaque rest,
      Rollout rollout,
      long deletedAt,
      long instancesMade,
      long declaredIndex,
      int schemaVersion,
      long modIndex) {
    return new Workload(
        namespace,
        name,
        uid,
        replicas,
        policy,
        rest,
        rollout,
        createdAt,
        deletedAt,
        instancesMade,
        declaredIndex,
        schemaVersion,
        modIndex,
        origin,
        seen,
        asked);
  }

  /** It has seen what the objects hold that it uses; the revision may keep something else. */
  public Workload seeing(SortedMap<ContentRef, String> contents) {
    return copy(contents, asked);
  }

  /** As the request with that number leaves it. */
  public Workload askedBy(long number) {
    var numbers = new ArrayList<>(asked);
    numbers.add(number);
    return copy(seen, numbers.subList(Math.max(0, numbers.size() - ASKED_MAX), numbers.size()));
  }

  private Workload copy(SortedMap<ContentRef, String> contents, List<Long> asked) {
    return new Workload(
        namespace,
        name,
        uid,
        replicas,
        policy,
        rest,
        rollout,
        createdAt,
        deletedAt,
        instancesMade,
        declaredIndex,
        schemaVersion,
        modIndex,
        origin,
        contents,
        asked);
  }
}
