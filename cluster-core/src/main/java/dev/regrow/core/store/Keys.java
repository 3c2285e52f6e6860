package dev.regrow.core.store;

/**
 * Where each record lives. Numbers are padded, so that the order of keys is the order of numbers.
 */
public final class Keys {

  public static final String WORKLOADS = "workloads/";
  public static final String REVISIONS = "revisions/";
  public static final String ASSIGNMENTS = "assignments/";
  public static final String NODE_ASSIGNMENTS = "node-assignments/";
  public static final String NODES = "nodes/";

  /** Which node has which name. */
  public static final String NAMES = "names/";

  public static final String EVENTS = "events/";
  public static final String TOKENS = "tokens/";
  public static final String CONFIGS = "configs/";

  /** What revisions hold of declared objects. */
  public static final String CONTENTS = "contents/";

  public static final String SECRETS = "secrets/";
  public static final String VOLUMES = "volumes/";
  public static final String NAMESPACES = "namespaces/";

  /** Where the data of slots is. */
  public static final String PLACES = "places/";

  /** The same by node. */
  public static final String NODE_VOLUMES = "node-volumes/";

  /** Which workloads use which objects. */
  public static final String USERS = "users/";

  public static final String INCARNATION = "cluster/incarnation";
  public static final String DOWNS = "cluster/downs";
  public static final String META = "cluster/meta";
  public static final String SECRET_KEYS = "cluster/secret-keys";
  public static final String REMOVED = "removed/";

  /** Of the largest number. */
  private static final int DIGITS = 19;

  private Keys() {}

  public static String workload(String namespace, String name) {
    return WORKLOADS + namespace + "/" + name;
  }

  public static String revisions(String namespace, String name) {
    return REVISIONS + namespace + "/" + name + "/";
  }

  public static String revision(String namespace, String name, long revision) {
    return revisions(namespace, name) + padded(revision);
  }

  public static String assignments(String namespace, String name) {
    return ASSIGNMENTS + namespace + "/" + name + "/";
  }

  public static String assignment(String namespace, String name, String instanceId) {
    return assignments(namespace, name) + instanceId;
  }

  public static String nodeAssignments(String nodeUid) {
    return NODE_ASSIGNMENTS + nodeUid + "/";
  }

  public static String nodeAssignment(
      String nodeUid, String namespace, String name, String instanceId) {
    return nodeAssignments(nodeUid) + namespace + "/" + name + "/" + instanceId;
  }

  public static String node(String nodeUid) {
    return NODES + nodeUid;
  }

  /**
   * @param name of a node
   */
  public static String name(String name) {
    return NAMES + name;
  }

  /** Says that a node was taken out of the cluster for good. */
  public static String removed(String nodeUid) {
    return REMOVED + nodeUid;
  }

  public static String events(String namespace, String name) {
    return EVENTS + namespace + "/" + name + "/";
  }

  public static String event(String namespace, String name, long timeMillis, long sequence) {
    return events(namespace, name) + padded(timeMillis) + "-" + padded(sequence);
  }

  public static String token(String id) {
    return TOKENS + id;
  }

  public static String config(String namespace, String name) {
    return CONFIGS + namespace + "/" + name;
  }

  public static String namespace(String name) {
    return NAMESPACES + name;
  }

  /**
   * @param path of the object, as {@code config/web}
   */
  public static String content(String namespace, String path, String hash) {
    return CONTENTS + namespace + "/" + path + "/" + hash;
  }

  /** All places of a workload's slots. */
  public static String places(String namespace, String workload) {
    return PLACES + namespace + "/" + workload + "/";
  }

  public static String place(String namespace, String workload, String volume, long slot) {
    return places(namespace, workload) + volume + "/" + padded(slot);
  }

  public static String nodeVolumes(String nodeUid) {
    return NODE_VOLUMES + nodeUid + "/";
  }

  /**
   * @param slot as {@code web-2}
   */
  public static String nodeVolume(String nodeUid, String namespace, String volume, String slot) {
    return nodeVolumes(nodeUid) + namespace + "/" + volume + "/" + slot;
  }

  public static String users(String namespace, String path) {
    return USERS + namespace + "/" + path + "/";
  }

  public static String user(String namespace, String path, String workload) {
    return users(namespace, path) + workload;
  }

  private static String padded(long number) {
    var digits = Long.toString(number);
    return "0".repeat(Math.max(0, DIGITS - digits.length())) + digits;
  }
}
