package dev.regrow.gateway;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.Store;
import dev.regrow.v1.Node;
import dev.regrow.v1.StoredNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Whom a worker can ask for what it does not know. */
final class Servers {

  private static final String SERVER = "server";

  private Servers() {}

  /** Their names and gateways, in no order, so that they are asked evenly. */
  static CompletionStage<List<Node>> in(Store store) {
    return store
        .range(RangeQuery.prefix(Keys.NODES))
        .thenApply(
            found -> {
              var servers = new ArrayList<Node>();
              for (var entry : found.entries()) {
                try {
                  var node = StoredNode.parseFrom(entry.value());
                  if (node.getRolesList().contains(SERVER) && node.getRemovedAt() == 0) {
                    servers.add(
                        Node.newBuilder()
                            .setUid(node.getUid())
                            .setName(node.getName())
                            .setAddress(node.getAddress())
                            .build());
                  }
                } catch (InvalidProtocolBufferException e) {
                  throw new IllegalStateException("the record " + entry.key() + " is damaged", e);
                }
              }
              Collections.shuffle(servers);
              return servers;
            });
  }
}
