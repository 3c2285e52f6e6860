package dev.regrow.schema;

import static dev.regrow.schema.Draft.list;
import static dev.regrow.schema.Draft.read;
import static dev.regrow.schema.RouteParameters.FORCE;
import static dev.regrow.schema.RouteParameters.IMAGE;

import com.google.protobuf.Message;
import dev.regrow.schema.Route.Access;
import dev.regrow.v1.DrainRequest;
import dev.regrow.v1.Fault;
import dev.regrow.v1.FaultList;
import dev.regrow.v1.FaultRequest;
import dev.regrow.v1.ImagePull;
import dev.regrow.v1.ImagePullRequest;
import dev.regrow.v1.Node;
import dev.regrow.v1.NodeImageList;
import dev.regrow.v1.NodeList;
import dev.regrow.v1.NodeUsage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What can be asked of the machines. */
final class NodeRoutes {

  private static final String IMAGES = "/v1/nodes/{node}/images";
  private static final String FAULTS = "/v1/nodes/{node}/faults";

  private NodeRoutes() {}

  static void addTo(List<Route> routes) {
    routes.add(list("/v1/nodes", "listNodes", "The machines.", NodeList.getDefaultInstance()));
    routes.add(
        read("/v1/nodes/{node}", "getNode", "One machine.")
            .answers(Node.getDefaultInstance(), 200)
            .route());
    routes.add(
        read("/v1/nodes/{node}/usage", "getNodeUsage", "What is used of it, and by what.")
            .answers(NodeUsage.getDefaultInstance(), 200)
            .route());
    nodeChange(routes, "cordon", "cordonNode", "It takes no new instances.", 200, null);
    nodeChange(routes, "uncordon", "uncordonNode", "It takes new instances again.", 200, null);
    nodeChange(
        routes,
        "drain",
        "drainNode",
        "Its instances move elsewhere; answered when that has begun.",
        202,
        DrainRequest.getDefaultInstance());
    nodeChange(
        routes,
        "promote",
        "promoteNode",
        "It keeps the store, too; answered when that is said, the node becomes it by itself.",
        202,
        null);
    nodeChange(
        routes,
        "demote",
        "demoteNode",
        "It runs instances only; as promote, and refused where the store would stop.",
        202,
        null);
    routes.add(
        new Draft(
                "DELETE",
                "/v1/nodes/{node}",
                "removeNode",
                "Out of the cluster for good; answered with the node as it was.",
                Access.ADMIN)
            .answers(Node.getDefaultInstance(), 200)
            .with(List.of(FORCE))
            .route());
    images(routes);
    faults(routes);
  }

  private static void images(List<Route> routes) {
    routes.add(
        read(IMAGES, "listImages", "What the node has of images, and what is on its way there.")
            .answers(NodeImageList.getDefaultInstance(), 200)
            .route());
    routes.add(
        new Draft(
                "POST",
                IMAGES,
                "pullImage",
                "Bring an image to the node; answered when that has begun.",
                Access.ADMIN)
            .body(ImagePullRequest.getDefaultInstance())
            .answers(ImagePull.getDefaultInstance(), 202)
            .route());
    routes.add(
        new Draft(
                "DELETE",
                IMAGES,
                "removeImage",
                "Remove an image that nothing runs from; answered with what was removed.",
                Access.ADMIN)
            .with(IMAGE)
            .answers(NodeImageList.getDefaultInstance(), 200)
            .route());
  }

  private static void nodeChange(
      List<Route> routes,
      String action,
      String operation,
      String summary,
      int status,
      @Nullable Message body) {
    var draft = new Draft("POST", "/v1/nodes/{node}/" + action, operation, summary, Access.ADMIN);
    routes.add(
        (body == null ? draft : draft.optionalBody(body))
            .answers(Node.getDefaultInstance(), status)
            .route());
  }

  private static void faults(List<Route> routes) {
    Fault fault = Fault.getDefaultInstance();
    routes.add(
        read(FAULTS, "listFaults", "Faults that go on on the node, and which it lets happen.")
            .answers(FaultList.getDefaultInstance(), 200)
            .route());
    routes.add(
        admin(
                "POST",
                FAULTS,
                "beginFault",
                "Do something bad to the node, for a time; 200: a rehearsal.")
            .body(FaultRequest.getDefaultInstance())
            .answers(fault, 200, 201)
            .route());
    routes.add(
        admin("DELETE", FAULTS, "endFaults", "End all faults of the node; answered with them.")
            .answers(FaultList.getDefaultInstance(), 200)
            .route());
    routes.add(
        admin("DELETE", FAULTS + "/{fault}", "endFault", "End one fault of the node.")
            .answers(fault, 200)
            .route());
  }

  private static Draft admin(String method, String path, String operation, String summary) {
    return new Draft(method, path, operation, summary, Access.ADMIN);
  }
}
