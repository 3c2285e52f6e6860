package dev.regrow.core.store;

import com.google.protobuf.ByteString;
import java.util.List;

/**
 * Writes that happen together or not at all, and what must hold for them to happen.
 *
 * @param indexAtLeast they take this index or, if that is taken, the next one; 0: the next one
 */
public record Txn(List<Condition> conditions, List<Write> writes, long indexAtLeast) {

  public Txn(List<Condition> conditions, List<Write> writes) {
    this(conditions, writes, 0);
  }

  public Txn {
    conditions = List.copyOf(conditions);
    writes = List.copyOf(writes);
  }

  /** What must hold of one key. */
  public sealed interface Condition {
    String key();

    /** The key does not exist. */
    record Absent(String key) implements Condition {}

    /** The key's last change happened at exactly this index. */
    record ChangedAt(String key, long modIndex) implements Condition {}
  }

  /** One change. */
  public sealed interface Write {
    String key();

    record Put(String key, ByteString value) implements Write {}

    /** Removing what does not exist is no error. */
    record Delete(String key) implements Write {}
  }
}
