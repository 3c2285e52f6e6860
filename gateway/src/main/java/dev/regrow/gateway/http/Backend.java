package dev.regrow.gateway.http;

import dev.regrow.actors.control.ControlPlane;
import dev.regrow.gateway.auth.TokenDesk;
import dev.regrow.gateway.auth.Tokens;
import dev.regrow.gateway.stream.LocalInstances;
import dev.regrow.runtime.fault.NodeFaults;
import dev.regrow.runtime.image.NodeImages;
import dev.regrow.v1.Node;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * What a gateway is the door to.
 *
 * @param node the name of this node
 * @param control asked anew for every call, as the cluster may come and go; never null, and while
 *     the cluster is away one that refuses with the reason
 * @param images of this node; empty while its machine is being prepared
 * @param faults of this node; empty while its machine is being prepared
 * @param desk issues tokens; empty until the store is open
 * @param admits lets nodes in
 * @param servers whom to ask for what this node does not know; empty on a server, which knows all
 * @param notReady empty when all is well, else what is missing
 */
public record Backend(
    String node,
    Supplier<ControlPlane> control,
    Supplier<Optional<String>> notReady,
    LocalInstances local,
    Supplier<Optional<NodeImages>> images,
    Supplier<Optional<NodeFaults>> faults,
    Tokens tokens,
    Supplier<Optional<TokenDesk>> desk,
    Admits admits,
    Supplier<Optional<CompletionStage<List<Node>>>> servers) {}
