package dev.regrow.core.store.raft;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.regrow.core.store.AssignedContents;
import dev.regrow.core.store.Entry;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.RangeResult;
import dev.regrow.core.store.Store;
import dev.regrow.core.store.StoreException;
import dev.regrow.core.store.StoreException.Kind;
import dev.regrow.v1.AssignedContent;
import dev.regrow.v1.ContentUse;
import dev.regrow.v1.StoreContentsReply;
import dev.regrow.v1.StoredAssignment;
import dev.regrow.v1.StoredContent;
import dev.regrow.v1.StoredRevision;
import dev.regrow.v1.StoredSecret;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Looks up what an instance is to see of declared objects, on a server. */
final class ContentsDesk implements AssignedContents {

  private final Store reader;
  private final KeyVault vault;

  ContentsDesk(Store reader, KeyVault vault) {
    this.reader = reader;
    this.vault = vault;
  }

  /** Where the assignment is that decides who may ask. */
  static String key(Question question) {
    return Keys.assignment(question.namespace(), question.workload(), question.instanceId());
  }

  @Override
  public CompletionStage<Map<String, Map<String, ByteString>>> contentsOf(Question question) {
    return reader
        .range(RangeQuery.key(key(question)).atLeast(question.epoch()))
        .thenCompose(
            found -> {
              if (found.entries().isEmpty()) {
                throw gone(question, "it is not assigned any more");
              }
              return ofRevision(question, revision(found), found.index());
            });
  }

  private static long revision(RangeResult found) {
    try {
      return StoredAssignment.parseFrom(found.entries().get(0).value()).getRevision();
    } catch (InvalidProtocolBufferException damaged) {
      throw new IllegalStateException(
          "the record " + found.entries().get(0).key() + " is damaged", damaged);
    }
  }

  private CompletionStage<Map<String, Map<String, ByteString>>> ofRevision(
      Question question, long revision, long index) {
    var key = Keys.revision(question.namespace(), question.workload(), revision);
    return reader
        .range(RangeQuery.key(key).atLeast(index))
        .thenCompose(
            found -> {
              if (found.entries().isEmpty()) {
                throw gone(question, "its revision is not kept any more");
              }
              CompletionStage<Map<String, Map<String, ByteString>>> all =
                  CompletableFuture.completedStage(new HashMap<>());
              var kept = revision(found.entries().get(0));
              for (var use : kept.getContentsList()) {
                var path = path(use);
                var content = Keys.content(question.namespace(), path, use.getHash());
                all =
                    all.thenCombine(
                        reader.range(RangeQuery.key(content).atLeast(index)),
                        (map, read) -> {
                          if (read.entries().isEmpty()) {
                            throw gone(question, "what " + path + " held is not kept any more");
                          }
                          map.put(path, data(question, use, read.entries().get(0)));
                          return map;
                        });
              }
              var pullSecret = kept.getInstance().getPullSecret();
              return pullSecret.isEmpty()
                  ? all
                  : all.thenCombine(
                      pullSecret(question, pullSecret),
                      (map, data) -> {
                        map.put(AssignedContents.PULL_SECRET + pullSecret, data);
                        return map;
                      });
            });
  }

  /** As it is now: a registry wants the newest. Nothing, if it is gone. */
  private CompletionStage<Map<String, ByteString>> pullSecret(Question question, String name) {
    var key = RangeQuery.key(Keys.SECRETS + question.namespace() + "/" + name);
    return reader
        .range(key.linearizable())
        .thenApply(
            found ->
                found.entries().isEmpty()
                    ? Map.of()
                    : opened(question, name, found.entries().get(0)));
  }

  private Map<String, ByteString> opened(Question question, String name, Entry secret) {
    try {
      var sealed = StoredSecret.parseFrom(secret.value()).getSealed();
      var boundTo = question.namespace() + "/" + name;
      return StoredContent.parseFrom(vault.open(boundTo, sealed)).getDataMap();
    } catch (InvalidProtocolBufferException damaged) {
      // Without the cause: its message may hold what was read.
      throw new StoreException(Kind.BEHIND, "what is stored of secret " + name + " is damaged");
    }
  }

  private static StoredRevision revision(Entry revision) {
    try {
      return StoredRevision.parseFrom(revision.value());
    } catch (InvalidProtocolBufferException damaged) {
      throw new IllegalStateException("the record " + revision.key() + " is damaged", damaged);
    }
  }

  private static String path(ContentUse use) {
    return switch (use.getKind()) {
      case CONTENT_CONFIG -> "config/" + use.getName();
      case CONTENT_SECRET -> "secret/" + use.getName();
      case CONTENT_KIND_UNSPECIFIED, UNRECOGNIZED ->
          throw new StoreException(
              Kind.BEHIND, "this server's release does not know the kind of " + use.getName());
    };
  }

  private Map<String, ByteString> data(Question question, ContentUse use, Entry content) {
    try {
      var stored = StoredContent.parseFrom(content.value());
      if (!stored.hasSealed()) {
        return stored.getDataMap();
      }
      var boundTo = question.namespace() + "/" + use.getName();
      return StoredContent.parseFrom(vault.open(boundTo, stored.getSealed())).getDataMap();
    } catch (InvalidProtocolBufferException damaged) {
      throw new IllegalStateException("the record " + content.key() + " is damaged", damaged);
    }
  }

  private static StoreException gone(Question question, String why) {
    return new StoreException(
        Kind.BEHIND,
        "the contents for %s/%s cannot be read: %s"
            .formatted(question.namespace(), question.instanceId(), why));
  }

  static StoreContentsReply encode(Map<String, Map<String, ByteString>> contents) {
    List<AssignedContent> all = new ArrayList<>();
    contents.forEach(
        (object, data) ->
            all.add(AssignedContent.newBuilder().setObject(object).putAllData(data).build()));
    return StoreContentsReply.newBuilder().addAllContents(all).build();
  }

  static Map<String, Map<String, ByteString>> decode(StoreContentsReply reply) {
    if (reply.hasRefusal()) {
      throw Refusals.decode(reply.getRefusal());
    }
    var contents = new HashMap<String, Map<String, ByteString>>();
    reply
        .getContentsList()
        .forEach(content -> contents.put(content.getObject(), content.getDataMap()));
    return contents;
  }
}
