package dev.regrow.core.store;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.regrow.v1.StoredRemoval;
import java.time.Instant;

/** What a node is told that was taken out of the cluster for good: {@link Keys#removed}. */
public final class Removed {

  private Removed() {}

  /** Of the record that says so. */
  public static String words(ByteString record) {
    try {
      var removal = StoredRemoval.parseFrom(record);
      return "node %s (%s) was removed from the cluster for good at %s%s; to use this machine again, start it with an empty --data and a join token"
          .formatted(
              removal.getName(),
              removal.getNodeUid(),
              Instant.ofEpochMilli(removal.getAt()),
              removal.getSuccessor().isEmpty()
                  ? ""
                  : ", as it was down and %s came in under its name"
                      .formatted(removal.getSuccessor()));
    } catch (InvalidProtocolBufferException garbage) {
      throw new IllegalStateException("the record of a removed node cannot be read", garbage);
    }
  }
}
