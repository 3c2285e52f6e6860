package dev.regrow.core.store;

import com.google.protobuf.ByteString;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** What instances are to see of declared objects, for the nodes that they are assigned to. */
public interface AssignedContents {

  /** So begins the path of what a registry is shown; it is no content of the revision. */
  String PULL_SECRET = "pull-secret/";

  /**
   * Which assignment of an instance is meant.
   *
   * @param epoch the index of the commit that made it: who does not know that yet waits
   */
  record Question(String namespace, String workload, String instanceId, long epoch) {}

  /**
   * The contents that belong to the instance's revision, and what its registry is to be shown.
   *
   * @return by object, as {@code config/web}, and key; fails with a {@link StoreException}
   */
  CompletionStage<Map<String, Map<String, ByteString>>> contentsOf(Question question);

  /** Those of a store. */
  static AssignedContents of(Store store) {
    return store instanceof AssignedContents contents ? contents : new Absent();
  }

  /** Of a store that has none. */
  final class Absent implements AssignedContents {
    private Absent() {}

    @Override
    public CompletionStage<Map<String, Map<String, ByteString>>> contentsOf(Question question) {
      return CompletableFuture.failedFuture(
          new StoreException(StoreException.Kind.NO_MAJORITY, "this store keeps no contents"));
    }
  }
}
